namespace Patchy.Queues;

/// <summary>What the one who woke a parked getter or putter has done for it.</summary>
internal enum ItemOutcome
{
    None = 0,

    /// <summary>The item was handed over, or taken from the putter.</summary>
    Done,

    /// <summary>An item is kept for it in the queue: it takes the best one there is when it runs.</summary>
    Granted,

    /// <summary>The queue was shut down.</summary>
    ShutDown,

    /// <summary>The comparer threw while the item was added: the putter gets that exception.</summary>
    Failed,
}
