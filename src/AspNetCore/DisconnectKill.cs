using System;
using System.Collections.Generic;
using System.Threading;

namespace Patchy.AspNetCore;

// Protocol.
//  1. Under the lock: each greenlet of the request enters when it begins and leaves when it ends; the client's end sets _exit; the request's end sets _over.
//  2. The kill hits the greenlets that are there when the client goes. As long as it has not been raised in any of them (they ended or awaited before they had to wait) it hits each
//     further one; those that come after that are left alone: they clean up.
//  3. After the request's end nobody is hit: what runs on then is the server's code, or was not waited for.

/// <summary>Ends the greenlets of a request when its client disconnects (KillOnDisconnect).</summary>
internal sealed class DisconnectKill
{
    private readonly Lock _gate = new();
    private readonly List<Greenlet> _running = [];
    private CancellationTokenRegistration _registration;
    private GreenletExit? _exit;
    private bool _over;

    /// <summary>The client has gone while the request was running.</summary>
    public bool HasHit => Volatile.Read(ref _exit) is not null;

    /// <summary>Before the request gets a greenlet.</summary>
    public void WatchFor(CancellationToken requestAborted) =>
        _registration = requestAborted.UnsafeRegister(static self => ((DisconnectKill)self!).Hit(), this);

    /// <summary>The request has ended.</summary>
    public void End()
    {
        _registration.Unregister();
        lock (_gate) _over = true;
    }

    /// <summary>True when the exception is the kill, or one that the class library has wrapped it in.</summary>
    public bool Explains(Exception exception)
    {
        if (Volatile.Read(ref _exit) is not { } exit) return false;
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
            if (ReferenceEquals(inner, exit)) return true;
        return false;
    }

    /// <summary>Only on the greenlet, when it begins.</summary>
    public void Enter(Greenlet greenlet)
    {
        bool hit;
        lock (_gate)
        {
            _running.Add(greenlet);
            hit = _exit is { StackTrace: null } && !_over; // with a stack it has been thrown
        }
        if (hit) greenlet.Kill(_exit!, block: false); // raised where it waits first
    }

    /// <summary>Only on the greenlet, when it ends.</summary>
    public void Leave(Greenlet greenlet)
    {
        lock (_gate) _running.Remove(greenlet);
    }

    private void Hit()
    {
        Greenlet[] running;
        lock (_gate)
        {
            if (_over || _exit is not null) return;
            Volatile.Write(ref _exit, new GreenletExit("The client has disconnected (KillOnDisconnect)."));
            running = [.. _running];
        }
        foreach (Greenlet greenlet in running) greenlet.Kill(_exit!, block: false);
    }
}
