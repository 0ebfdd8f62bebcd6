using System.Collections.Generic;

namespace Patchy.Queues;

/// <summary>
/// A queue that gives the newest item first. A getter that had to wait takes the newest item there is when it runs, as in gevent. The counterpart of
/// gevent.queue.LifoQueue.
/// </summary>
/// <typeparam name="T">Type of the items.</typeparam>
public class LifoQueue<T> : JoinableQueue<T>
{
    /// <summary>An empty queue, or one with <paramref name="items"/> in it, the last of which is the newest.</summary>
    /// <param name="maxSize">How many items fit in before puts have to wait; null, 0 and negative numbers mean any number. The items given here are let in even if they are more.</param>
    /// <param name="items">The items that it begins with.</param>
    /// <param name="unfinishedTasks">How many tasks are not done yet; null or 0 is the number of the items.</param>
    public LifoQueue(int? maxSize = null, IEnumerable<T>? items = null, int? unfinishedTasks = null) : base(maxSize, Fill(items), unfinishedTasks) { }

    private static LifoStore<T> Fill(IEnumerable<T>? items)
    {
        var store = new LifoStore<T>();
        if (items is null) return store;
        foreach (T item in items)
        {
            if (!store.HasRoom) store.Grow(new T[store.NextCapacity]);
            store.Add(item);
        }
        return store;
    }
}
