using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;

namespace Patchy;

// How a kill reaches a greenlet.
//  1. One that has not run yet is taken out of the start (see Greenlet.Starting.cs) and ends right there, on the killer's thread.
//  2. One that is parked has its wait ended at once and is ready from then on: the place in the queue that gevent's callback has. So a kill that comes before
//     a release or a put wins: the permit and the item are for others.
//  3. Else a callback of its hub, in its turn among the ready greenlets (gevent: one more callback in the deque), records the exception with the greenlet and
//     ends its wait. So one that is ready runs once more before it is hit.
//  4. Throw leaves the callback out, and what it throws is not raised again.

public partial class Greenlet
{
    /// <summary>
    /// Raises <see cref="GreenletExit"/> in it where it waits, or at its next wait, and waits until it has ended. One that never ran ends at once. The
    /// counterpart of gevent's <c>kill()</c>. May be called from any thread.
    /// </summary>
    public void Kill() => Kill(new GreenletExit(), block: true);

    /// <summary>
    /// As <see cref="Kill()"/>, with an exception of your own. It is raised again at each further wait until the body is left or a handler that names its type has caught it. A second
    /// kill while one is on its way changes nothing.
    /// </summary>
    public void Kill(Exception exception) => Kill(exception, block: true);

    /// <summary>As the other; <paramref name="block"/> false returns at once, and nothing happens to one that has run before the caller waits.</summary>
    public void Kill(Exception exception, bool block)
    {
        if (BeginKill(exception, block) && block) Join();
    }

    /// <summary>As the other, but waits at most for the given time. True when it has ended: it may have caught the exception and go on. Never raises for the time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public bool Kill(Exception exception, TimeSpan timeout)
    {
        Deadline deadline = Deadline.In(Checked(timeout));
        return !BeginKill(exception, true) || WaitForEnd(deadline);
    }

    /// <summary>As the other; the timeout is started when it is not pending, and cancelled in the end. False when it was that timeout that fired.</summary>
    public bool Kill(Exception exception, GreenletTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        return !BeginKill(exception, true) || Join(timeout);
    }

    /// <summary>
    /// Raises an exception in it, once, at the wait where it is (or at its next one), without taking a turn in the queue as <see cref="Kill()"/> does, and returns at once. One that never
    /// ran ends with it. In the calling greenlet itself it is thrown right here. Unlike a kill it is an exception like any other: a handler may swallow it. The counterpart of gevent's
    /// low-level <c>throw()</c>, which would leave the caller unscheduled. May be called from any thread.
    /// </summary>
    /// <returns>False when it has ended, or another exception is on its way to it: then nothing happens.</returns>
    public bool Throw(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (CancelStart(exception)) return true;
        if (_ended) return false;
        if (t_self == this) throw exception;
        if (!_pending.AddKill(exception, once: true)) return false;
        InterruptWait(Interrupts.Kill);
        return true;
    }

    /// <summary>Kills all of them and waits until they have ended. The counterpart of <c>gevent.killall</c>. May be called from any thread.</summary>
    public static void KillAll(IEnumerable<Greenlet> greenlets) => KillAll(greenlets, null, block: true);

    /// <summary>As the other, with an exception of your own (null: <see cref="GreenletExit"/>).</summary>
    public static void KillAll(IEnumerable<Greenlet> greenlets, Exception? exception) => KillAll(greenlets, exception, block: true);

    /// <summary>As the other; <paramref name="block"/> false does not wait.</summary>
    public static void KillAll(IEnumerable<Greenlet> greenlets, Exception? exception, bool block)
    {
        List<Greenlet> all = BeginKillAll(greenlets, exception, block);
        if (block) _ = Wait(all);
    }

    /// <summary>As the other, but waits at most for the given time.</summary>
    /// <exception cref="GreenletTimeout">The time passed before all had ended (unlike <see cref="Kill(Exception, TimeSpan)"/>, as in gevent).</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public static void KillAll(IEnumerable<Greenlet> greenlets, Exception? exception, TimeSpan timeout)
    {
        Deadline deadline = Deadline.In(Checked(timeout));
        List<Greenlet> all = BeginKillAll(greenlets, exception, block: true);
        if (ReadyWait.Take(all, deadline, all.Count).Count < all.Count) throw new GreenletTimeout(timeout);
    }

    /// <summary>As the other; the timeout is started when it is not pending, and cancelled in the end.</summary>
    /// <exception cref="GreenletTimeout">That one, or its own exception.</exception>
    public static void KillAll(IEnumerable<Greenlet> greenlets, Exception? exception, GreenletTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        timeout.Bound((greenlets, exception), static all => KillAll(all.greenlets, all.exception, block: true));
    }

    /// <summary>Only on the greenlet itself, after a wait ended as Interrupted: throws the kill, timeout or ThreadInterruptedException.</summary>
    internal void RaisePending() => RaisePending(Interrupts.All);

    /// <summary>Only on the greenlet itself: throws the first pending one of those kinds, if there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void RaisePending(Interrupts kinds)
    {
        if ((_pending.Kinds & kinds) != 0) TakePending(kinds);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakePending(Interrupts kinds)
    {
        if (NoRaise == 0 && _pending.Take(kinds) is { } exception) throw exception;
    }

    /// <summary>May be called from any thread: a Thread.Interrupt for this greenlet.</summary>
    internal void InterruptThread()
    {
        _pending.AddThreadInterrupt();
        InterruptWait(Interrupts.ThreadInterrupt);
    }

    /// <summary>May be called from any thread: an error that the hub throws in its main greenlet, once, where it waits or at its next wait.</summary>
    internal void ThrowInto(Exception exception)
    {
        _pending.AddThrown(exception);
        InterruptWait(Interrupts.Thrown);
    }

    internal void AddTimeout(GreenletTimeout timeout)
    {
        _pending.AddTimeout(timeout);
        InterruptWait(Interrupts.Timeout);
    }

    internal void RemoveTimeout(GreenletTimeout timeout) => _pending.RemoveTimeout(timeout);

    private static List<Greenlet> BeginKillAll(IEnumerable<Greenlet> greenlets, Exception? exception, bool block)
    {
        ArgumentNullException.ThrowIfNull(greenlets);
        exception ??= new GreenletExit();
        List<Greenlet> all = [.. greenlets];
        bool itself = false;
        foreach (Greenlet greenlet in all)
        {
            if (greenlet == t_running) itself = true;
            else _ = greenlet.BeginKill(exception, block);
        }
        if (itself) _ = t_running!.BeginKill(exception, block); // last, so that the others are killed too
        return all;
    }

    /// <summary>True when the end has to be waited for.</summary>
    private bool BeginKill(Exception exception, bool block)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (_ended || CancelStart(exception)) return false;
        if (t_running == this && block)
        {
            _ = _pending.AddKill(exception);
            RaisePending(Interrupts.Kill);
            return false; // not raised here: an earlier one is being handled on this stack already
        }
        if (IsOffCarrier || (Volatile.Read(ref CurrentWait) is { IsParked: true } wait && (wait.Accepts & Interrupts.Kill) != 0)) DeliverKill(exception);
        else Hub.RunCallback(static request => ((KillRequest)request!).Deliver(), new KillRequest(this, exception));
        return true;
    }

    /// <summary>True when it has not run: it never will.</summary>
    private bool CancelStart(Exception exception)
    {
        int phase = Volatile.Read(ref _phase);
        if (phase is Begun or Cancelled || Interlocked.CompareExchange(ref _phase, Cancelled, phase) != phase)
            return phase != Begun && phase != Cancelled && CancelStart(exception);
        _details?.StartTimer?.Cancel();
        ForgetBody();
        SetFailure(exception);
        End();
        ReportFailure();
        return true;
    }

    private void DeliverKill(Exception exception)
    {
        // The second of two must not end a wait of the finally blocks that the first has set going.
        if (!_ended && _pending.AddKill(exception)) InterruptWait(Interrupts.Kill);
    }

    private void InterruptWait(Interrupts kind)
    {
        Interlocked.MemoryBarrier(); // the interrupt is recorded before the wait is looked for: see Waiter
        if (Volatile.Read(ref CurrentWait) is { } wait && (wait.Accepts & kind) != 0) wait.Interrupt();
        if (IsOffCarrier && Thread is { } thread) NativeInterrupt.Send(thread);
    }

    private sealed class KillRequest(Greenlet greenlet, Exception exception)
    {
        public void Deliver() => greenlet.DeliverKill(exception);
    }
}
