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
        WaitNode? node = WaitSet.PopOne(target);
        if (node?.Waiter is { } waiter) waiter.Wake();
        else SlotMonitor.PulseNatively(target); // a native thread's turn, or nobody that we know: it may have waited since before the patch
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
            node.Set!.LeaveNative(node, woken);
        }
        return woken;
    }

    private static bool WaitGreen(Greenlet greenlet, object target, int millisecondsTimeout)
    {
        if (millisecondsTimeout == 0) greenlet.RaisePending(Interrupts.ThreadInterrupt); // natively it comes before a timeout of 0
        Deadline deadline = Deadline.In(millisecondsTimeout);
        Waiter waiter = new(greenlet, target);
        WaitNode node = WaitSet.Join(target, waiter);
        int depth = ExitFully(target);
        ParkResult result = millisecondsTimeout == 0 ? ParkResult.TimedOut : waiter.Park(deadline);
        EnterAgain(greenlet, target, depth);
        bool pulsed = node.Set!.LeaveGreen(node);
        if (result == ParkResult.Interrupted)
        {
            if (pulsed) Pulse(target); // it was not for one that will not act on it
            if (greenlet.NoRaise == 0 && !BclSocketWait.IsLeft(target)) greenlet.RaisePending();
        }
        return pulsed;
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
