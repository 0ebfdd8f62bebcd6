namespace Patchy.Queues;

/// <summary>A greenlet that waits to get, to look at or to put an item. Used again and again by its queue: see <see cref="QueueBase{T}"/>.</summary>
internal sealed class ItemWait<T>(Greenlet greenlet, object queue) : Waiter(greenlet, queue)
{
    public ItemSlot<T> Slot;

    public void Begin(Greenlet greenlet) => Rearm(greenlet);

    /// <summary>The wait is over and its slot was read: nothing of it is kept alive.</summary>
    public void End()
    {
        Slot = default;
        Rearm(null!);
    }
}
