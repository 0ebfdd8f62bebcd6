using System.Net;
using System.Net.Sockets;
using Patchy.Bench.Running;
using Patchy.Bench.Servers;

namespace Patchy.Bench.Works;

/// <summary>A message of 32 bytes to a server in the same process, and back.</summary>
internal sealed class RoundTripWork : IWork
{
    private const int MessageBytes = 32;

    public string Name => "rtt";

    public Figures Run(string who, params int[] sizes)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(listener.LocalEndPoint!);
        Socket server = listener.Accept();
        var echo = new EchoWork(EchoWork.UsualBufferBytes);
        var message = new byte[MessageBytes];
        switch (who)
        {
            case "patched" or "threads":
                var thread = new Thread(() => echo.Serve(server)) { IsBackground = true };
                thread.Start();
                return new Figures().Add("ns", Timed.Nanoseconds(Timed.Part(100_000), n => Trips(client, message, n)));
            case "async":
                _ = Task.Run(() => echo.ServeAsync(server));
                return new Figures().Add("ns", Timed.Nanoseconds(Timed.Part(100_000), n => TripsAsync(client, message, n).GetAwaiter().GetResult()));
            default:
                throw new UsageException($"rtt is not for {who}.");
        }
    }

    private static void Trips(Socket client, byte[] message, int count)
    {
        for (int i = 0; i < count; i++)
        {
            client.Send(message);
            client.Receive(message);
        }
    }

    private static async Task TripsAsync(Socket client, byte[] message, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await client.SendAsync(message);
            await client.ReceiveAsync(message);
        }
    }
}
