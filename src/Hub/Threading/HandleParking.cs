using System;
using System.Diagnostics;

namespace Patchy.Threading;

/// <summary>How a greenlet waits for native handles that can be watched. The callers have tried the handles once and keep them open.</summary>
internal static class HandleParking
{
    /// <summary>Waits for one of the handles and takes its signal: the index, or -1 when the deadline passed. Kill and timeout are raised here.</summary>
    public static int WaitAny(Greenlet greenlet, ReadOnlySpan<nint> handles, Deadline deadline, object awaited, bool interruptible)
    {
        interruptible = interruptible && greenlet.NoRaise == 0;
        HandleWait wait = new(greenlet, handles, isNotifiedOnly: false, awaited);
        wait.Register();
        ParkResult result = ParkResult.Woken;
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
        if (!gaveUp) return wait.Index;
        Debug.Assert(result != ParkResult.Woken, "woken without a signal");
        if (result == ParkResult.Interrupted) greenlet.RaisePending();
        return -1;
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
