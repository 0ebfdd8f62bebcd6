using System.Threading;

namespace Patchy.Threading;

#pragma warning disable RS0030 // the unpatched methods are the start values of the originals

/// <summary>
/// Stands in for Monitor.Wait, Pulse and PulseAll, and so for all that is built on them: ManualResetEventSlim, SemaphoreSlim, Task.Wait,
/// BlockingCollection, CountdownEvent, Barrier. See <see cref="WaitSet"/> for the protocol.
/// </summary>
internal static unsafe class CooperativeMonitorWait
{
    internal static delegate*<object, int, bool> WaitOriginal = &Monitor.Wait;

    internal static delegate*<object, void> PulseOriginal = &Monitor.Pulse;

    internal static delegate*<object, void> PulseAllOriginal = &Monitor.PulseAll;

    /// <summary>Monitor.Wait(object, int).</summary>
    internal static bool Wait(object target, int millisecondsTimeout)
    {
        // Wrong arguments and a monitor that is not held: the original throws what it throws.
        if (target is null || millisecondsTimeout < Timeout.Infinite || !Monitor.IsEntered(target)) return WaitOriginal(target!, millisecondsTimeout);
        return Greenlet.Running is { } greenlet ? WaitGreen(greenlet, target, millisecondsTimeout) : WaitNative(target, millisecondsTimeout);
    }

    /// <summary>Monitor.Pulse(object). Never waits.</summary>
    internal static void Pulse(object target)
    {
        if (!WaitSet.AnyInside || target is null || !Monitor.IsEntered(target))
        {
            PulseOriginal(target!);
            return;
        }
        if (WaitSet.PopOne(target) is { } next) PassOn(next, target);
        else SlotMonitor.PulseNatively(target); // nobody that we know: it may have waited since before the patch
    }

    /// <summary>Monitor.PulseAll(object). Never waits.</summary>
    internal static void PulseAll(object target)
    {
        if (WaitSet.AnyInside && target is not null && Monitor.IsEntered(target))
        {
            for (WaitNode? node = WaitSet.PopAll(target); node is not null; node = node.After) node.Waiter?.Wake();
        }
        PulseAllOriginal(target!);
    }

    private static bool WaitNative(object target, int millisecondsTimeout)
    {
        WaitNode node = WaitSet.Join(target, null);
        bool woken = false;
        try
        {
            woken = WaitOriginal(target, millisecondsTimeout);
        }
        finally
        {
            if (node.Set!.LeaveNative(node, woken, Monitor.IsEntered(target)) is { } next) PassOn(next, target);
        }
        return woken;
    }

    private static bool WaitGreen(Greenlet greenlet, object target, int millisecondsTimeout)
    {
        if (millisecondsTimeout == 0) greenlet.RaisePending(Interrupts.ThreadInterrupt); // natively it comes before a timeout of 0
        Deadline deadline = Deadline.In(millisecondsTimeout);
        while (true)
        {
            bool pulsed = WaitOnce(greenlet, target, deadline, isOver: millisecondsTimeout == 0, out ParkResult result);
            if (result != ParkResult.Interrupted || greenlet.NoRaise != 0 || BclSocketWait.IsLeft(target)) return pulsed;
            if (pulsed)
            {
                // It was not for one that will not act on it. But who has counted this one among those that it has pulsed (SemaphoreSlim does) must see somebody come: with nobody
                // else here the wait has succeeded, and what is pending is raised at the next one.
                if (!greenlet.HasPending || WaitSet.PopOne(target) is not { } next) return true;
                PassOn(next, target);
            }
            greenlet.RaisePending(); // and if there is nothing to raise after all, it waits again
        }
    }

    private static bool WaitOnce(Greenlet greenlet, object target, Deadline deadline, bool isOver, out ParkResult result)
    {
        Waiter waiter = new(greenlet, target);
        WaitNode node = WaitSet.Join(target, waiter);
        int depth = ExitFully(target);
        result = isOver ? ParkResult.TimedOut : waiter.Park(deadline);
        EnterAgain(greenlet, target, depth);
        return node.Set!.LeaveGreen(node);
    }

    private static void PassOn(WaitNode next, object target)
    {
        if (next.Waiter is { } waiter) waiter.Wake();
        else SlotMonitor.PulseNatively(target);
    }

    private static int ExitFully(object target)
    {
        int depth = 0;
        while (Monitor.IsEntered(target))
        {
            Monitor.Exit(target);
            depth++;
        }
        return depth;
    }

    // Never throws and is never interrupted: the caller's finally will leave the monitor as often as it had been entered.
    private static void EnterAgain(Greenlet greenlet, object target, int depth)
    {
        if (!Monitor.TryEnter(target)) CooperativeMonitorEnter.Acquire(greenlet, target, Deadline.Never, interruptible: false);
        for (int level = 1; level < depth; level++) Monitor.TryEnter(target);
    }
}
