using System.Diagnostics.CodeAnalysis;

namespace Patchy.Queues;

/// <summary>What <c>foreach</c> uses to take the items out of a queue. May be used by one thread or greenlet at a time; a queue gives out any number of them.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
[SuppressMessage("Performance", "CA1815", Justification = "Nobody compares enumerators.")]
public struct QueueEnumerator<T>
{
    private readonly QueueBase<T> _queue;

    internal QueueEnumerator(QueueBase<T> queue)
    {
        _queue = queue;
        Current = default!;
    }

    /// <summary>The item that was taken out last.</summary>
    public T Current { get; private set; }

    /// <summary>Takes the next item out; waits while there is none. False when the queue has been shut down and is empty.</summary>
    /// <exception cref="QueueEmptyException">Empty, in a callback of the hub, where nothing can wait.</exception>
    public bool MoveNext()
    {
        QueueOutcome outcome = _queue.TakeCore(peek: false, Deadline.Never, mayWait: true, out T item);
        Current = item;
        if (outcome == QueueOutcome.NotNow) throw QueueErrors.CannotGet(_queue, outcome, null);
        return outcome == QueueOutcome.Done;
    }
}
