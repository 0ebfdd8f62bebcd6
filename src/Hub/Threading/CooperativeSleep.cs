using System;
using System.Threading;

namespace Patchy.Threading;

/// <summary>Thread.Sleep and Thread.Yield for greenlets: gevent.sleep.</summary>
internal static unsafe class CooperativeSleep
{
#pragma warning disable RS0030 // the originals
    internal static delegate*<int, void> SleepOriginal = &Thread.Sleep;
    internal static delegate*<bool> YieldOriginal = &Thread.Yield;
#pragma warning restore RS0030

    /// <summary>For Thread.Sleep(int), and so for Sleep(TimeSpan). Sleep(0) gives the turn away, as gevent.sleep(0) does; as natively it throws an interrupt that was there before.</summary>
    internal static void Sleep(int millisecondsTimeout)
    {
        if (Greenlet.Running is not { } self)
        {
            SleepOriginal(millisecondsTimeout);
            return;
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(millisecondsTimeout, Timeout.Infinite);
        if (millisecondsTimeout == 0)
        {
            Hub.Yield();
            self.RaisePending(Interrupts.ThreadInterrupt);
        }
        else if (Hub.Sleep(Deadline.In(millisecondsTimeout)) == ParkResult.Interrupted) self.RaisePending();
    }

    /// <summary>For Thread.Yield: true when another greenlet was ready to run.</summary>
    internal static bool Yield()
    {
        if (Greenlet.Running is not { } self) return YieldOriginal();
        bool othersReady = self.Hub.HasReady;
        Hub.Yield();
        return othersReady;
    }
}
