using System.Diagnostics;
using System.Net.Sockets;
using Patchy.Scenarios.Promises;
using Patchy.Servers;

namespace Patchy.Scenarios.Faults;

/// <summary>
/// A StreamServer has no descriptor left to accept with: it pauses, twice as long after each attempt until MaxDelay (gevent.baseserver.BaseServer), serves those that it has meanwhile, takes those who have
/// waited when there are descriptors again, and begins with the short pause the next time. The argument says whether sockets are patched: servers do not need it.
/// </summary>
internal sealed class ServerLimit : IScenario
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly List<(long At, Exception Exception)> _attempts = [];

    public int Run(string[] args)
    {
        _ = Begin.Patched(args);
        var checks = new Checks();
        int told = 0;
        Hub.Current.ErrorHandler = (_, _) => told++;
        int served = 0;
        using var server = new CountingServer(_attempts, "127.0.0.1:0", socket =>
        {
            // Cooperative without a patch, as the client's side is below. No asynchronous calls: a thread pool that cannot start a thread for want of a descriptor ends the process.
            byte[] one = new byte[1];
            while (Until(() => socket.Available > 0) && socket.Receive(one) > 0)
            {
                served++;
                socket.Send(one);
            }
        }) { MinDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromMilliseconds(160) };
        server.Start();
        using Socket guest = Client();
        guest.Connect(server.Address!);
        checks.That("it serves", Answers(guest));

        Socket[] late = [.. Enumerable.Range(0, 5).Select(_ => Client())];
        using (Descriptors.TakeAll())
        {
            foreach (Socket client in late)
            {
                client.Connect(server.Address!);
                client.Send([7]); // whoever is accepted is answered
            }
            checks.That("12 attempts", Until(() => _attempts.Count >= 12), _attempts.Count);
            checks.That("who has been accepted is served", Answers(guest) && served == 2);
            checks.That("nobody else", late.All(static client => client.Available == 0));
        }

        checks.That("each is told", Until(() => told >= 12) && _attempts.All(static e => e.Exception is SocketException { SocketErrorCode: SocketError.TooManyOpenSockets }), _attempts[0].Exception.Message);
        double[] gaps = Gaps();
        checks.That("the pauses double, up to the longest", !gaps.Where((gap, i) => gap < Math.Min(20 << i, 160) - 1).Any(), string.Join(' ', gaps.Select(gap => $"{gap:0}")));
        checks.That("those who waited are served", late.All(Answers));
        checks.That("it goes on", server.Started);

        // From now on the longest is so long that nobody could take it for the shortest.
        _attempts.Clear();
        server.MaxDelay = s_patience;
        using Socket again = Client();
        using (Descriptors.TakeAll())
        {
            again.Connect(server.Address!);
            checks.That("4 attempts more", Until(() => _attempts.Count >= 4), string.Join(' ', Gaps().Select(gap => $"{gap:0}")));
        }

        checks.That("the pause had become short again", Gaps().Take(3).Any(static gap => gap < 159), "20, 40 and 80 ms, and not 160, 320 and 640: a pause may be longer, and is never shorter");
        checks.That("and that one is served", Answers(again));
        server.Stop();
        foreach (Socket client in late) client.Dispose();
        return checks.Finish();
    }

    private double[] Gaps() => [.. _attempts.Zip(_attempts.Skip(1), static (one, next) => Stopwatch.GetElapsedTime(one.At, next.At).TotalMilliseconds)];

    private static Socket Client() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static bool Answers(Socket client)
    {
        byte[] one = [7], answer = new byte[1];
        client.Send(one);
        return Until(() => client.Available > 0) && client.Receive(answer) == 1 && answer[0] == 7;
    }

    private static bool Until(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > s_patience) return false;
            Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
        }

        return true;
    }

    /// <summary>Notes each attempt that failed, on the greenlet that accepts: its pause begins after that.</summary>
    private sealed class CountingServer(List<(long At, Exception Exception)> attempts, Listener listener, Action<Socket> handle) : StreamServer(listener, (socket, _) => handle(socket))
    {
        protected override bool IsFatalError(Exception exception)
        {
            attempts.Add((Stopwatch.GetTimestamp(), exception));
            return base.IsFatalError(exception);
        }
    }
}
