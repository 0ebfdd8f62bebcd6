using System;
using System.Threading;

namespace Patchy.Threading;

// Protocol.
//  1. While a callback waits nothing else of its hub runs on the carrier, so a greenlet of the hub that holds the lock can never leave it: an exception instead of a wait for ever.
//  2. One that has escaped, or was taken off the carrier, runs beside the hub and may leave the lock; once it has come back to its inbox (IsDetaching) it is as parked. It may have left the lock
//     just before that: so the owner is read once more when it is seen to be stuck, and does not change from then on.
//  3. Native threads and other hubs' greenlets are waited for in the runtime itself, but by the slice: the next owner may be one of 1.

/// <summary>How a callback of the hub, which is no greenlet and cannot park, waits for a lock that is not free.</summary>
internal static unsafe class CallbackLock
{
    private const int SliceMilliseconds = 20;

    /// <summary>Only in a callback of the hub: waits for a monitor. False when the time is over.</summary>
    /// <exception cref="BlockingSwitchOutException">A greenlet that cannot run before the callback has returned holds it.</exception>
    public static bool Enter(object target, int millisecondsTimeout)
    {
        Deadline deadline = Deadline.In(millisecondsTimeout);
        while (true)
        {
            int owner = MonitorOwner.Of(target);
            if (owner > MonitorOwner.Nobody && Greenlet.FindByManagedThreadId(owner) is { } greenlet && IsStuck(greenlet) && MonitorOwner.Of(target) == owner) throw Stuck(greenlet, target);
            if (CooperativeMonitorEnter.TryEnterOriginal(target, Slice(deadline))) return true;
            if (deadline.HasPassed) return false;
        }
    }

    /// <summary>Only in a callback of the hub, where System.Threading.Lock waits for its event. As the original; false when the time is over.</summary>
    /// <exception cref="BlockingSwitchOutException">A greenlet that cannot run before the callback has returned holds the lock.</exception>
    public static bool WaitForLock(object target, WaitHandle wakes, int millisecondsTimeout, bool useTrivialWaits, object? associatedObject, byte waitSource)
    {
        Deadline deadline = Deadline.In(millisecondsTimeout);
        while (true)
        {
            ulong owner = WaitingLock.OwnerOf(target);
            Hub hub = Hub.OfThisThreadOrNull()!;
            if (owner != 0 && GreenletTable.Find(hub, one => one.Fiber?.NativeId == (int)owner) is { } greenlet && IsStuck(greenlet) && WaitingLock.OwnerOf(target) == owner) throw Stuck(greenlet, target);
            if (CooperativeWaitHandle.WaitOneNoCheckOriginal(wakes, Slice(deadline), useTrivialWaits, associatedObject, waitSource)) return true;
            if (deadline.HasPassed) return false;
        }
    }

    private static int Slice(Deadline deadline) =>
        deadline.IsNever ? SliceMilliseconds : Math.Min(deadline.RemainingMilliseconds, SliceMilliseconds);

    private static bool IsStuck(Greenlet owner) => !owner.Dead && owner.Hub == Hub.OfThisThreadOrNull() && (!owner.IsOffCarrier || owner.IsDetaching);

    private static BlockingSwitchOutException Stuck(Greenlet owner, object target) => new(
        $"A callback of {owner.Hub} wants a lock ({target.GetType()}) that {owner.Name} holds. That greenlet cannot run, and leave the lock, before the callback has returned. " +
        "Spawn a greenlet in the callback (Greenlet.Spawn) and take the lock there, or ask with Monitor.TryEnter(target), which does not wait.");
}
