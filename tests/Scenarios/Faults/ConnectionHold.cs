using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Patchy.Scenarios.Promises;

namespace Patchy.Scenarios.Faults;

/// <summary>
/// COUNT connections open at once, a greenlet waiting on each: all are served, twice, and when the clients have gone nothing is left of them. The clients are another process, natively, since both ends here
/// would take twice the descriptors.
/// </summary>
internal sealed class ConnectionHold : IScenario
{
    private const int Kept = 500; // for everything else
    private const int Rehearsal = 1100; // what is made once is made then, and the fibers that a hub keeps for the next ones
    private const int Batch = 100; // the system may allow a backlog of 128 only

    private int _served, _held;

    public int Run(string[] args)
    {
        if (args is ["clients", var port, var howMany]) return Clients(int.Parse(port, CultureInfo.InvariantCulture), int.Parse(howMany, CultureInfo.InvariantCulture));
        _ = Patch.All();
        var checks = new Checks();
        int asked = Begin.Number(args, 0, 10_000), count = (int)Math.Min(asked, Descriptors.Limit - Kept);
        if (count < asked) Console.WriteLine($"ulimit -n is {Descriptors.Limit}: no more than {count} connections.");
        Hub hub = Hub.Current;
        using Socket listener = TcpPair.Listen("127.0.0.1", 1024);
        Greenlet acceptor = Greenlet.Spawn(() => Acceptor.Run(listener, Serve));
        Turn(listener, Math.Min(Rehearsal, count), null, checks);
        Holdings before = Holdings.Settled(hub);
        Turn(listener, count, hub, checks);
        Holdings.Settled(hub, before).IsNoMoreThan(before, count, checks);
        listener.Dispose();
        checks.That("the acceptor ends", acceptor.Join(TimeSpan.FromSeconds(20)));
        checks.That("no waiter is left", !hub.Reactor.HasWaiters());
        return checks.Finish();
    }

    private void Turn(Socket listener, int count, Hub? hub, Checks checks)
    {
        (_served, _held) = (0, 0);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in new[] { Environment.GetCommandLineArgs()[0], nameof(ConnectionHold), "clients", TcpPair.Port(listener).ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture) })
            start.ArgumentList.Add(argument);
        using Process clients = Process.Start(start)!;
        string? said = clients.StandardOutput.ReadLine();
        checks.That("all are open", said == "open" && _held == count, $"{_held} {said}");
        if (hub is not null)
        {
            Holdings now = Holdings.Now(hub);
            checks.That("each has its greenlet, and its place in the reactor", now.Greenlets >= count && now.Registrations >= count && now.Descriptors >= count, now);
            if (Environment.GetEnvironmentVariable("PATCHY_FIBER") != "kernel") checks.That("but no kernel thread", now.Threads < 100, now.Threads);
        }

        clients.StandardInput.WriteLine("again");
        said = clients.StandardOutput.ReadLine();
        checks.That("each was served twice", said == "served" && _served == 2 * count, $"{_served} {said}");
        clients.StandardInput.WriteLine("end");
        clients.WaitForExit();
        checks.That("the clients end", clients.ExitCode == 0, clients.ExitCode);
        for (int i = 0; i < 1000 && _held > 0; i++) Thread.Sleep(20);
        checks.That("every end was seen", _held == 0, _held);
    }

    private void Serve(Socket client)
    {
        _held++;
        try
        {
            byte[] one = new byte[1];
            while (client.Receive(one) > 0)
            {
                client.Send(one);
                Interlocked.Increment(ref _served);
            }
        }
        finally
        {
            _held--;
        }
    }

    /// <summary>The other process: as told on its input, line by line. Half of them end with a reset.</summary>
    private static int Clients(int port, int count)
    {
        var sockets = new List<Socket>();
        for (int i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect("127.0.0.1", port);
            sockets.Add(socket);
            if (i % Batch == Batch - 1 && !Ask(sockets[^Batch..])) return 1; // no more at once than the backlog holds: those beyond it would try again after a second
        }

        if (!Ask(sockets[^(count % Batch)..])) return 1;
        Console.WriteLine("open");
        Console.ReadLine();
        if (!Ask(sockets)) return 1;
        Console.WriteLine("served");
        Console.ReadLine();
        for (int i = 0; i < count; i++)
        {
            if (i % 2 == 0) sockets[i].LingerState = new LingerOption(true, 0);
            sockets[i].Dispose();
        }

        return 0;
    }

    private static bool Ask(List<Socket> sockets)
    {
        byte[] one = [1];
        foreach (Socket socket in sockets) socket.Send(one);
        return sockets.TrueForAll(socket => socket.Receive(one) == 1);
    }
}
