using System.Net;
using System.Net.Sockets;

namespace Patchy.Bench.Echo;

/// <summary>The echo servers of .NET. "patched" and "threads" are the same blocking code: a thread for each connection.</summary>
internal sealed class EchoServerCommand : IBenchCommand
{
    private const int Backlog = 4096;
    private const int BufferBytes = 4096;

    public string Name => "echo-server";

    public string Usage => "patched|threads|async PORT: echoes until it is ended";

    public int Run(string[] args)
    {
        if (args.Length != 2) throw new UsageException("WHO and PORT are needed.");
        int port = UsageException.NumberAt(args, 1, 0);
        if (args[0] == "patched") Patch.All();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(Backlog);
        switch (args[0])
        {
            case "patched" or "threads":
                ServeWithThreads(listener);
                return 0;
            case "async":
                ServeAsync(listener).GetAwaiter().GetResult();
                return 0;
            default:
                throw new UsageException($"There is no echo server '{args[0]}'.");
        }
    }

    private static void ServeWithThreads(Socket listener)
    {
        while (true)
        {
            Socket connection = listener.Accept();
            new Thread(() => Echo(connection)) { IsBackground = true }.Start();
        }
    }

    private static void Echo(Socket connection)
    {
        using (connection)
        {
            connection.NoDelay = true;
            var buffer = new byte[BufferBytes];
            try
            {
                int length;
                while ((length = connection.Receive(buffer)) > 0) connection.Send(buffer, length, SocketFlags.None);
            }
            catch (SocketException)
            {
                // The client went away.
            }
        }
    }

    private static async Task ServeAsync(Socket listener)
    {
        while (true) _ = EchoAsync(await listener.AcceptAsync());
    }

    private static async Task EchoAsync(Socket connection)
    {
        using (connection)
        {
            connection.NoDelay = true;
            var buffer = new byte[BufferBytes];
            try
            {
                int length;
                while ((length = await connection.ReceiveAsync(buffer)) > 0) await connection.SendAsync(buffer.AsMemory(0, length));
            }
            catch (SocketException)
            {
                // The client went away.
            }
        }
    }
}
