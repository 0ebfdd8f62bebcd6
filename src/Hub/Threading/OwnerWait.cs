using System.Threading;

namespace Patchy.Threading;

/// <summary>Waiting until a greenlet that owns a lock has run again: it cannot have left the lock before. See <see cref="OwnerWatch"/>.</summary>
internal static class OwnerWait
{
    /// <summary>
    /// The greenlet of the same hub that owns the monitor of <paramref name="target"/>; null when it is nobody, unknown, a native thread,
    /// a greenlet of another hub, or one that runs on a kernel thread of its own and can leave the lock at any moment.
    /// </summary>
    public static Greenlet? FindOwner(Greenlet waiting, object target)
    {
        int id = MonitorOwner.Of(target);
        if (id <= MonitorOwner.Nobody) return null;
        Greenlet? owner = Greenlet.FindByManagedThreadId(id);
        return owner is not null && ReferenceEquals(owner.Hub, waiting.Hub) && IsWatchable(owner) ? owner : null;
    }

    /// <summary>Parks until <paramref name="owner"/> has run and stopped, or the deadline passes.</summary>
    public static ParkResult Park(Greenlet waiting, Greenlet owner, object target, Deadline deadline, bool interruptible)
    {
        Hub hub = waiting.Hub;
        Waiter waiter = new(waiting, target);
        hub.Enter(waiting);
        (owner.Watch ??= new OwnerWatch()).Add(waiter);
        waiting.Hold.Leave();
        // To enter may have meant to come back to a carrier that was lost, while the owner ran and stopped: look once more.
        ParkResult result = ParkResult.Woken;
        if (IsWatchable(owner) && MonitorOwner.Of(target) == owner.ManagedThreadId)
        {
            result = waiter.Park(deadline, interruptible);
            if (result == ParkResult.Woken) return result;
        }
        hub.Enter(waiting);
        owner.Watch.Remove(waiter);
        waiting.Hold.Leave();
        return result;
    }

    /// <summary>
    /// Wakes <paramref name="waiter"/> when <paramref name="owner"/>, which runs now and has got the lock, stops; at once when there is no such
    /// owner, or it does not run on the waiter's carrier.
    /// </summary>
    public static void WakeAfter(Greenlet? owner, Waiter waiter)
    {
        if (owner is null || !ReferenceEquals(owner.Hub, waiter.Greenlet.Hub) || owner.Hold.HasEntered || !owner.Hold.TryEnter())
        {
            waiter.Wake();
            return;
        }
        (owner.Watch ??= new OwnerWatch()).Add(waiter);
        owner.Hold.Leave();
    }

    private static bool IsWatchable(Greenlet owner) => !owner.IsOffCarrier && !owner.Dead;
}
