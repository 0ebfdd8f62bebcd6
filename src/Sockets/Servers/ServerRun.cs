using System;
using System.Net.Sockets;
using System.Threading;
using Patchy.Events;

namespace Patchy.Servers;

// Protocol.
//  1. One greenlet takes what there is, MaxAccept at a go, then lets others run; when there is nothing it waits for the socket. It tries before it waits: the
//     reactor is edge-triggered.
//  2. While the pool is full it does not look at the socket: what comes stays in the kernel's backlog.
//  3. End may come from any thread and wins once. It closes the socket, which ends a wait for it; _over is set before, so a try that fails for the close is no
//     error. Ended ends a pause. A wait for a place in a pool is ended by a kill, whose exception is nobody's error; one in place is not killed: it may be running a handler.
//  4. The greenlet's own end is the server's: its hub may be destroyed, or somebody may kill it.

/// <summary>One start of a server, until its socket is closed.</summary>
internal sealed class ServerRun(BaseServer server, Socket socket, ServerSpawn spawn)
{
    private readonly ListenerWatch _watch = new(socket);
    private Greenlet? _acceptor;
    private int _over;

    public Socket Socket => socket;

    /// <summary>Set once the socket is closed.</summary>
    public Event Ended { get; } = new();

    private bool IsOver => Volatile.Read(ref _over) != 0;

    /// <summary>On the hub of the calling thread.</summary>
    public void Begin()
    {
        var acceptor = new Greenlet(Accept) { Name = $"{server} accepts" };
        Volatile.Write(ref _acceptor, acceptor);
        acceptor.RawLink(_ => End()); // also when it never runs
        acceptor.Start();
    }

    /// <summary>May be called from any thread, any number of times.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _over, 1) != 0) return;
        ServerSockets.Close(socket);
        server.Forget(this);
        Ended.Set();
        if (spawn.MayWait && Volatile.Read(ref _acceptor) is { } acceptor && acceptor != Greenlet.Running) acceptor.Kill(new GreenletExit(), block: false);
    }

    private void Accept()
    {
        Greenlet self = Greenlet.Running!;
        TimeSpan delay = server.MinDelay;
        try
        {
            while (!IsOver)
            {
                if (spawn.IsFull)
                {
                    _ = spawn.Group!.WaitAvailable();
                    continue;
                }
                switch (TakeSome(ref delay))
                {
                    case Round.Nothing:
                        _watch.Wait(self);
                        break;
                    case Round.More:
                        Greenlet.Yield();
                        break;
                    case Round.Failed:
                        _ = Ended.Wait(delay);
                        delay = delay < server.MaxDelay / 2 ? delay * 2 : server.MaxDelay;
                        break;
                }
            }
        }
        finally
        {
            End();
        }
    }

    private Round TakeSome(ref TimeSpan delay)
    {
        for (int taken = 0; taken < server.MaxAccept && !IsOver && !spawn.IsFull; taken++)
        {
            ServerJob? job;
            try
            {
                job = server.TryTake(socket);
                delay = server.MinDelay;
            }
            catch (Exception exception)
            {
                return Fail(exception);
            }
            if (job is null) return Round.Nothing;
            try
            {
                spawn.Start(job);
            }
            catch (Exception exception)
            {
                job.Abandon();
                if (Greenlet.OfThisThread!.IsKilledBy(exception)) throw;
                if (!IsOver) server.Report(exception);
                return Round.Failed;
            }
        }
        return Round.More;
    }

    private Round Fail(Exception exception)
    {
        if (IsOver) return Round.Failed;
        server.Report(exception);
        if (server.IsFatal(exception)) End();
        return Round.Failed;
    }

    private enum Round
    {
        /// <summary>All is taken.</summary>
        Nothing,

        /// <summary>It is others' turn.</summary>
        More,

        Failed,
    }
}
