using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Patchy.Bench.Running;

namespace Patchy.Bench.Words;

/// <summary>A blocking client and a blocking server in one process, as legacy code: a message of 32 bytes there and back.</summary>
internal sealed class RttWord : Word
{
    private const int MessageBytes = 32;

    public override string Name => "rtt";

    public override string Usage => "TCP round trips between two blocking threads of this process";

    protected override BenchLine Measure(string[] args)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        new Thread(() => EchoWord.Echo(listener.Accept(), static () => { })) { IsBackground = true }.Start();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(listener.LocalEndPoint!);
        int trips = Operations(100_000);
        RoundTrips(client, Math.Max(1, trips / 10));
        long start = Stopwatch.GetTimestamp();
        RoundTrips(client, trips);
        return new BenchLine(Name, trips, Stopwatch.GetElapsedTime(start).TotalNanoseconds / trips);
    }

    private static void RoundTrips(Socket client, int count)
    {
        var message = new byte[MessageBytes];
        for (int i = 0; i < count; i++)
        {
            client.Send(message);
            client.Receive(message);
        }
    }
}
