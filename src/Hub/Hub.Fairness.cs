using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading;

namespace Patchy;

public sealed partial class Hub
{
    private static long s_switchInterval = FromSpan(TimeSpan.FromMilliseconds(5)); // stopwatch ticks; long.MaxValue is for ever

    /// <summary>
    /// How long a greenlet may go on with socket calls that never have to wait, since there is always something to receive or room to send, before it gives its turn away: timers are looked at, other
    /// connections, and the other greenlets run. 5 milliseconds unless set; zero or <see cref="Timeout.InfiniteTimeSpan"/>: for ever. For all hubs. The counterpart of gevent's
    /// <c>getswitchinterval</c> and <c>setswitchinterval</c>. May be used from any thread.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public static TimeSpan SwitchInterval
    {
        get => Volatile.Read(ref s_switchInterval) is var ticks && ticks == long.MaxValue ? Timeout.InfiniteTimeSpan : Stopwatch.GetElapsedTime(0, ticks);
        set
        {
            if (value < TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
                throw new ArgumentOutOfRangeException(nameof(value), value, "The time must not be negative, except for Timeout.InfiniteTimeSpan.");
            Volatile.Write(ref s_switchInterval, FromSpan(value));
        }
    }

    /// <summary>
    /// Only on the running greenlet, before a call that may succeed at once: when it has made such calls for <see cref="SwitchInterval"/> without a wait, lets everything else have its turn first.
    /// Throws what is injected then, as a wait does: nothing has been done yet.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void BeforeCall(Greenlet self)
    {
        if (--self.Calls.Left < 0) LookAtClock(self);
    }

    [MethodImpl(HotPath.CompiledOnce | MethodImplOptions.NoInlining)]
    private static void LookAtClock(Greenlet self)
    {
        if (!self.Calls.IsSpent(self.Hub.SwitchCount, Volatile.Read(ref s_switchInterval))) return;
        self.Hub.GiveTurnAway(self);
        self.RaisePending(Interrupts.Injected);
    }

    /// <summary>A whole turn, timers and descriptors included, not only those that are ready: they may be few, or none, for ever.</summary>
    private void GiveTurnAway(Greenlet self)
    {
        Enter(self);
        self.OnLeavingCarrier();
        Ready.Enqueue(self);
        self.Fiber!.SwitchTo(LoopForATurn());
        if (!Ready.IsEmpty)
        {
            // Those that this turn has woken stand behind us.
            Ready.Enqueue(self);
            SwitchAway(self);
        }
        self.Hold.Leave();
    }

    private static long FromSpan(TimeSpan span) =>
        span <= TimeSpan.Zero ? long.MaxValue : (long)Math.Min(span.TotalSeconds * Stopwatch.Frequency, long.MaxValue / 4);
}
