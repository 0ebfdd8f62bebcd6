using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Patchy.Bench.Servers;

/// <summary>The servers of .NET. "patched" and "threads" are the same blocking code: a thread for each connection.</summary>
internal sealed class ServeCommand : IBenchCommand
{
    private const int Backlog = 4096;

    public string Name => "serve";

    public string Usage => "patched|threads|async WORK PORT [MORE]: until it is ended; WORK is echo [BUFFER], tls CERTIFICATE KEY or legacy DATABASE-PORT";

    public int Run(string[] args)
    {
        if (args.Length < 3) throw new UsageException("WHO, WORK and PORT are needed.");
        string who = args[0];
        if (who == "patched") Patch.All();
        IServerWork work = WorkOf(args[1], args[3..]);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, UsageException.NumberAt(args, 2, 0)));
        listener.Listen(Backlog);
        switch (who)
        {
            case "patched" or "threads":
                ServeWithThreads(listener, work);
                return 0;
            case "async":
                ServeAsync(listener, work).GetAwaiter().GetResult();
                return 0;
            default:
                throw new UsageException($"There is no server '{who}'.");
        }
    }

    private static IServerWork WorkOf(string name, string[] more) => (name, more) switch
    {
        ("echo", { Length: < 2 }) => new EchoWork(UsageException.NumberAt(more, 0, EchoWork.UsualBufferBytes)),
        ("tls", [string certificate, string key]) => new TlsWork(certificate, key),
        ("legacy", { Length: 1 }) => new LegacyWork(UsageException.NumberAt(more, 0, 0)),
        _ => throw new UsageException($"There is no work '{name}' with {more.Length} words after the port."),
    };

    private static void ServeWithThreads(Socket listener, IServerWork work)
    {
        while (true)
        {
            Socket connection = listener.Accept();
            new Thread(() => Serve(work, connection)) { IsBackground = true }.Start();
        }
    }

    private static void Serve(IServerWork work, Socket connection)
    {
        try
        {
            work.Serve(connection);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            // The client went away.
        }
    }

    private static async Task ServeAsync(Socket listener, IServerWork work)
    {
        while (true) _ = ServeAsync(work, await listener.AcceptAsync());
    }

    private static async Task ServeAsync(IServerWork work, Socket connection)
    {
        try
        {
            await work.ServeAsync(connection);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            // The client went away.
        }
    }
}
