using System;
using System.Threading;

namespace Patchy.Threading;

/// <summary>Thread.Sleep and Thread.Yield for greenlets: gevent.sleep.</summary>
internal static unsafe class CooperativeSleep
{
    private const int LongestSpin = 1; // a spin of the class library sleeps that long at most: longer sleeps of it wait for something

#pragma warning disable RS0030 // the originals
    internal static delegate*<int, void> SleepOriginal = &Thread.Sleep;
    internal static delegate*<bool> YieldOriginal = &Thread.Yield;
#pragma warning restore RS0030

    /// <summary>For Thread.Sleep(int), and so for Sleep(TimeSpan). Sleep(0) gives the turn away and delivers what would end a wait, as gevent.sleep(0) does.</summary>
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
            if (self.HasPending) Raise(self, Interrupts.All);
        }
        else if (Hub.Sleep(Deadline.In(millisecondsTimeout)) == ParkResult.Interrupted)
        {
            if (millisecondsTimeout > LongestSpin) self.RaisePending();
            else if (!Raise(self, Interrupts.All)) new Waiter(self, "its sleep to end").Park(Deadline.In(millisecondsTimeout), Interrupts.None);
        }
    }

    /// <summary>For Thread.Yield: true when another greenlet was ready to run. As gevent.sleep(0) it delivers what would end a wait.</summary>
    internal static bool Yield()
    {
        if (Greenlet.Running is not { } self) return YieldOriginal();
        bool othersReady = self.Hub.HasReady;
        Hub.Yield();
        if (self.HasPending) Raise(self, Interrupts.Injected);
        return othersReady;
    }

    /// <summary>
    /// Raises what is pending unless the class library spins: it has begun something then that an exception would leave half done (ReaderWriterLockSlim holds its inner lock). False: nothing
    /// was raised, since it is the class library that waits.
    /// </summary>
    private static bool Raise(Greenlet self, Interrupts kinds)
    {
        bool isFrameworks = LockCaller.IsFrameworks();
        if (!isFrameworks) self.RaisePending(kinds);
        return !isFrameworks;
    }
}
