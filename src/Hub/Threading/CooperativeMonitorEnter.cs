using System;
using System.Threading;

namespace Patchy.Threading;

// How a greenlet enters a monitor that somebody else holds.
// 1. Only the slow paths are replaced: a lock that is free, or held by the greenlet itself, never comes here.
// 2. Waiting greenlets stand in a line for the object (LockLine); only the first one tries.
// 3. The owner is a greenlet of the same hub: look again when it has run and stopped (OwnerWait). Nothing else can free the lock.
// 4. The owner is a native thread, a greenlet of another hub, or unknown: Exit of such an owner cannot be observed, so the first one
//    waits in the runtime itself, on a kernel thread of its own (LockEscape). At most one escape an object. With no place free: poll.
// 5. An owner of the same hub that leaves and takes the lock again within one run would starve the line for ever. After some such runs
//    the first one goes the way of 4: the runtime hands the lock over to a waiter that starves (its rule is 100 ms).
// 6. Nothing is raised at once where the framework may be locking for its own sake (LockCaller), in SemaphoreSlim.Release, say: it would lose the permit. Such locks are held for a moment
//    only. One that is not free after the time of LockPatience is none, and there a kill, a timeout and Thread.Interrupt come out like anywhere.
// 7. A callback of the hub is no greenlet: see CallbackLock.
// 8. Identity needs no care: the greenlet's CLR thread is the owner in every case.

/// <summary>Stands in for the contended paths of Monitor.Enter and Monitor.TryEnter (and so of the lock statement).</summary>
internal static unsafe class CooperativeMonitorEnter
{
    private const int RunsBeforeNativeWait = 4;
    private const int MillisecondsBeforeNativeWait = 10;
    private const int YieldsBeforeNativeWait = 2;

    /// <summary>The intact Monitor.Enter_Slowpath(object).</summary>
    internal static delegate*<object, void> EnterOriginal =
        (delegate*<object, void>)OriginalMethod.Of(typeof(Monitor), "Enter_Slowpath", typeof(object));

    /// <summary>The intact Monitor.TryEnter_Slowpath(object, int).</summary>
    internal static delegate*<object, int, bool> TryEnterOriginal =
        (delegate*<object, int, bool>)OriginalMethod.Of(typeof(Monitor), "TryEnter_Slowpath", typeof(object), typeof(int));

    /// <summary>Monitor.Enter_Slowpath(object).</summary>
    internal static void Enter(object target)
    {
        if (Greenlet.Running is not { } greenlet)
        {
            if (Hub.IsLoopHere) CallbackLock.Enter(target, Timeout.Infinite);
            else EnterOriginal(target);
            return;
        }
        Acquire(greenlet, target, Deadline.Never, interruptible: true);
    }

    /// <summary>Monitor.TryEnter_Slowpath(object, int). The overload without a timeout never waits and is left as it is.</summary>
    internal static bool TryEnter(object target, int millisecondsTimeout)
    {
        if (millisecondsTimeout is 0 or < Timeout.Infinite) return TryEnterOriginal(target, millisecondsTimeout);
        if (Greenlet.Running is not { } greenlet)
            return Hub.IsLoopHere ? CallbackLock.Enter(target, millisecondsTimeout) : TryEnterOriginal(target, millisecondsTimeout);
        return Acquire(greenlet, target, Deadline.In(millisecondsTimeout), interruptible: true);
    }

    /// <summary>Only on a running greenlet: enters the monitor once. False when the deadline passed first.</summary>
    internal static bool Acquire(Greenlet greenlet, object target, Deadline deadline, bool interruptible)
    {
        if (Monitor.IsEntered(target)) return Monitor.TryEnter(target); // one level deeper: never waits
        while (true)
        {
            ParkResult result = EnterInLine(greenlet, target, deadline, interruptible && greenlet.NoRaise == 0);
            if (result == ParkResult.Interrupted && LockCaller.MayBeFrameworks()) result = EnterPatiently(greenlet, target, deadline);
            if (result != ParkResult.Interrupted) return result == ParkResult.Woken;
            greenlet.RaisePending(); // and if there is nothing to raise after all, it waits again
        }
    }

    /// <summary>Interrupted when the lock did not get free in the time that a lock of the framework's own may take.</summary>
    private static ParkResult EnterPatiently(Greenlet greenlet, object target, Deadline deadline)
    {
        LockPatience patience = default;
        while (patience.TryTake(deadline, out Deadline slice))
        {
            if (EnterInLine(greenlet, target, slice, interruptible: false) == ParkResult.Woken) return ParkResult.Woken;
            if (deadline.HasPassed) return ParkResult.TimedOut;
        }
        return ParkResult.Interrupted;
    }

    private static ParkResult EnterInLine(Greenlet greenlet, object target, Deadline deadline, bool interruptible)
    {
        LockPlace place = LockLine.Join(target, greenlet);
        bool entered = false;
        try
        {
            ParkResult turn = place.Turn is { } waiter ? waiter.Park(deadline, interruptible) : ParkResult.Woken;
            return turn == ParkResult.Woken ? EnterAsFirst(greenlet, target, deadline, interruptible, out entered) : turn;
        }
        finally
        {
            place.Line!.Leave(place, entered ? greenlet : null);
        }
    }

    private static ParkResult EnterAsFirst(Greenlet greenlet, object target, Deadline deadline, bool interruptible, out bool entered)
    {
        long began = Deadline.Now;
        LockBackoff backoff = default;
        for (int runs = 0, yields = 0; ;)
        {
            if (entered = Monitor.TryEnter(target)) return ParkResult.Woken;
            if (deadline.HasPassed) return ParkResult.TimedOut;
            ParkResult result = ParkResult.Woken;
            if (OwnerWait.FindOwner(greenlet, target) is { } owner && !Starves(runs, began))
            {
                runs++;
                result = OwnerWait.Park(greenlet, owner, target, deadline, interruptible);
            }
            else if (yields < YieldsBeforeNativeWait && greenlet.Hub.HasReady && !(interruptible && greenlet.HasPending))
            {
                yields++; // locks of native threads are mostly short: others of this hub first, an escape costs tens of microseconds
                Hub.Yield();
            }
            else if (TryEnterNatively(greenlet, target, deadline, interruptible, out entered))
            {
                return entered ? ParkResult.Woken : ParkResult.TimedOut;
            }
            else if (interruptible && greenlet.HasPending)
            {
                return ParkResult.Interrupted;
            }
            else
            {
                result = backoff.Park(greenlet, target, deadline, interruptible);
            }
            if (result == ParkResult.Interrupted) return result;
        }
    }

    private static bool Starves(int runs, long began) =>
        runs >= RunsBeforeNativeWait && Deadline.Now - began >= MillisecondsBeforeNativeWait * System.Diagnostics.Stopwatch.Frequency / 1000;

    private static bool TryEnterNatively(Greenlet greenlet, object target, Deadline deadline, bool interruptible, out bool entered)
    {
        if (interruptible) return LockEscape.TryRun(greenlet, (target, deadline), static wait => Wait(wait.target, wait.deadline), out entered);
        if (!LockEscape.TryRun(greenlet, (target, deadline), static wait => WaitUninterruptibly(wait.target, wait.deadline), out (bool Entered, bool Interrupted) result))
        {
            entered = false;
            return false;
        }
        entered = result.Entered;
        if (result.Interrupted && !greenlet.NativeInterrupt.WasSent) Thread.CurrentThread.Interrupt(); // somebody's own, too early for this wait: due at the next one
        return true;
    }

    private static bool Wait(object target, Deadline deadline) => TryEnterOriginal(target, deadline.RemainingMilliseconds);

    // The re-acquire of a monitor must not fail: its caller will leave the monitor in a finally.
    private static (bool Entered, bool Interrupted) WaitUninterruptibly(object target, Deadline deadline)
    {
        for (bool interrupted = false; ;)
        {
            try
            {
                return (TryEnterOriginal(target, deadline.RemainingMilliseconds), interrupted);
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }
    }
}
