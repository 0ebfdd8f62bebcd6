using System.Diagnostics;
using System.Net.Sockets;
using Patchy.Scenarios.Promises;

namespace Patchy.Scenarios.Faults;

/// <summary>COUNT connections opened, used and closed by unmodified blocking code, in every way in which they end, each as often as the others: nothing may be left of them.</summary>
internal sealed class ConnectionChurn : IScenario
{
    private const int Workers = 40;
    private const int Listeners = 8; // as many addresses: a port that has just been used is not free for a while
    private const int Rehearsal = 4000; // what is made once is made then
    private const int Ways = 8;

    private readonly int[] _ways = new int[Ways];
    private int _served, _failed;
    private string? _example;

    public int Run(string[] args)
    {
        _ = Patch.All();
        int count = Begin.Number(args, 0, 100_000);
        var checks = new Checks();
        Hub hub = Hub.Current;
        Socket[] listeners = [.. Enumerable.Range(1, Listeners).Select(n => TcpPair.Listen($"127.0.0.{n}", 512))];
        Greenlet[] acceptors = [.. listeners.Select(l => Greenlet.Spawn(() => Acceptor.Run(l, Serve)))];
        Round(listeners, Rehearsal);
        Holdings before = Holdings.Settled(hub);
        var clock = Stopwatch.StartNew();
        Round(listeners, count);
        double seconds = clock.Elapsed.TotalSeconds;
        Holdings after = Holdings.Settled(hub, before);
        checks.That("every connection was used", _failed == 0 && _served == count + Rehearsal, $"{_served} served, {_failed} failed, {seconds:0.0} s {_example}");
        checks.That("and ended in every way", _ways.All(way => way >= count / Ways), string.Join(' ', _ways));
        after.IsNoMoreThan(before, count, checks);
        foreach (Socket listener in listeners) listener.Dispose();
        checks.That("the acceptors end", Greenlet.JoinAll(acceptors, TimeSpan.FromSeconds(20)).Count == Listeners);
        checks.That("no waiter is left", !hub.Reactor.HasWaiters());
        return checks.Finish();
    }

    private void Round(Socket[] listeners, int count)
    {
        int next = 0;
        Greenlet[] workers = [.. Enumerable.Range(0, Workers).Select(_ => Greenlet.Spawn(() =>
        {
            int n;
            while ((n = Interlocked.Increment(ref next) - 1) < count) Client(listeners[n / Ways % Listeners], n % Ways, n);
        }))];
        Greenlet.JoinAll(workers);
        foreach (Greenlet worker in workers)
        {
            if (worker.Exception is { } e) Failed(e);
        }
    }

    private void Client(Socket listener, int way, int n)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(listener.LocalEndPoint!);
            byte[] tag = BitConverter.GetBytes(n);
            socket.Send(tag);
            if (!TcpPair.Read(socket, 4).AsSpan().SequenceEqual(tag)) throw new InvalidOperationException("not the echo");
            End(socket, way);
            Interlocked.Increment(ref _ways[way]);
        }
        catch (Exception e)
        {
            Failed(e);
        }
    }

    private static void End(Socket socket, int way)
    {
        switch (way)
        {
            case 0: // an orderly end
                socket.Shutdown(SocketShutdown.Send);
                if (socket.Receive(new byte[4]) != 0) throw new InvalidOperationException("not the end");
                break;
            case 1: // a reset, while the server waits in a receive
                socket.LingerState = new LingerOption(true, 0);
                break;
            case 2: // closed under a receive of its own
                Under(socket, s => s.Receive(new byte[4]), socket.Dispose);
                break;
            case 3: // the same by a native thread
                Under(socket, s => s.Receive(new byte[4]), () => Task.Run(socket.Dispose).Wait());
                break;
            case 4: // closed under a poll of two kinds and a receive at once: each holds it open
                Under(socket, s => s.Poll(20_000_000, SelectMode.SelectError), () => Under(socket, s => s.Receive(new byte[4]), () => socket.Shutdown(SocketShutdown.Both)));
                break;
            case 5: // a kill under a receive
                Greenlet doomed = Greenlet.Spawn(() => socket.Receive(new byte[4]));
                Greenlet.Yield();
                doomed.Kill();
                break;
            case 6: // a receive that has timed out, and one that would have
                socket.ReceiveTimeout = 2;
                Ending(socket, s => s.Receive(new byte[4]));
                socket.ReceiveTimeout = 60_000;
                Under(socket, s => s.Receive(new byte[4]), socket.Dispose);
                break;
            default: // left to itself by its greenlet, which is killed in a scope
                Greenlet owner = Greenlet.Spawn(() =>
                {
                    using Socket mine = socket;
                    mine.Receive(new byte[4]);
                });
                Greenlet.Yield();
                owner.Kill();
                if (!socket.SafeHandle.IsClosed) throw new InvalidOperationException("the scope has not ended");
                break;
        }
    }

    private static void Under(Socket socket, Action<Socket> call, Action end)
    {
        Greenlet waiting = Greenlet.Spawn(() => Ending(socket, call));
        Greenlet.Yield();
        end();
        if (!waiting.Join(TimeSpan.FromSeconds(20))) throw new TimeoutException("a call did not end");
    }

    private static void Ending(Socket socket, Action<Socket> call)
    {
        try
        {
            call(socket);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the close, or the timeout
        }
    }

    private void Serve(Socket client)
    {
        byte[] buffer = new byte[16];
        int n = client.Receive(buffer);
        client.Send(buffer, n, SocketFlags.None);
        Interlocked.Increment(ref _served);
        while (client.Receive(buffer) > 0) { }
    }

    private void Failed(Exception e)
    {
        _failed++;
        _example ??= e.ToString();
    }
}
