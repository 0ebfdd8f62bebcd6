using System;
using System.Diagnostics;

namespace Patchy.Threading;

/// <summary>How a greenlet waits for native handles that can be watched. The callers have tried the handles once and keep them open.</summary>
internal static class HandleParking
{
    /// <summary>Waits for one of the handles and takes its signal: the index, or -1 when the deadline passed. Kill and timeout are raised here.</summary>
    public static int WaitAny(Greenlet greenlet, ReadOnlySpan<nint> handles, Deadline deadline, object awaited, bool interruptible)
    {
        while (true)
        {
            int index = WaitOnce(greenlet, handles, deadline, awaited, interruptible && greenlet.NoRaise == 0, out ParkResult result);
            if (result == ParkResult.Interrupted && IsLockThatMayBeFrameworks()) index = WaitPatiently(greenlet, handles, deadline, awaited, out result);
            if (result != ParkResult.Interrupted) return index;
            greenlet.RaisePending(); // and if there is nothing to raise after all, it waits again
        }
    }

    /// <summary>Asked only when there is something to raise: the wait is that of a System.Threading.Lock which the framework may be entering for its own sake. See LockCaller.</summary>
    public static bool IsLockThatMayBeFrameworks() => WaitingLock.OfThisThread() is not null && LockCaller.MayBeFrameworks();

    private static int WaitPatiently(Greenlet greenlet, ReadOnlySpan<nint> handles, Deadline deadline, object awaited, out ParkResult result)
    {
        LockPatience patience = default;
        while (patience.TryTake(deadline, out Deadline slice))
        {
            int index = WaitOnce(greenlet, handles, slice, awaited, interruptible: false, out result);
            if (result == ParkResult.Woken || deadline.HasPassed) return index;
        }
        result = ParkResult.Interrupted;
        return -1;
    }

    private static int WaitOnce(Greenlet greenlet, ReadOnlySpan<nint> handles, Deadline deadline, object awaited, bool interruptible, out ParkResult result)
    {
        HandleWait wait = new(greenlet, handles, isNotifiedOnly: false, awaited);
        wait.Register();
        result = ParkResult.Woken;
        if (wait.TryClaim())
        {
            int index = TakeFirst(handles);
            if (index >= 0) wait.Satisfy(index);
            else
            {
                wait.Unclaim();
                result = wait.Waiter.Park(deadline, interruptible);
            }
        }
        // A signal that has been taken is never given back: the wait has succeeded, and a kill is raised at the next one.
        bool gaveUp = wait.TryGiveUp();
        wait.Unregister();
        Debug.Assert(!gaveUp || result != ParkResult.Woken, "woken without a signal");
        if (!gaveUp) result = ParkResult.Woken;
        return gaveUp ? -1 : wait.Index;
    }

    /// <summary>
    /// Parks until one of the handles may have been signalled; takes nothing. <paramref name="tryTake"/> is asked first, after the greenlet
    /// has been registered: true when it took what is wanted, and then Woken is returned with <paramref name="taken"/> set.
    /// </summary>
    public static ParkResult AwaitSignal<TState>(
        Greenlet greenlet, ReadOnlySpan<nint> handles, Deadline deadline, object awaited, TState state, Func<TState, bool> tryTake, out bool taken)
    {
        HandleWait wait = new(greenlet, handles, isNotifiedOnly: true, awaited);
        wait.Register();
        try
        {
            taken = tryTake(state);
            return taken ? ParkResult.Woken : wait.Waiter.Park(deadline, greenlet.NoRaise == 0);
        }
        finally
        {
            wait.Unregister();
        }
    }

    private static int TakeFirst(ReadOnlySpan<nint> handles)
    {
        for (int i = 0; i < handles.Length; i++)
        {
            if (HandleTable.TryTake(handles[i])) return i;
        }
        return -1;
    }
}
