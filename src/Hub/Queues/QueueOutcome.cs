namespace Patchy.Queues;

/// <summary>What became of a put, a get or a peek.</summary>
internal enum QueueOutcome
{
    /// <summary>It was done.</summary>
    Done = 0,

    /// <summary>Full or empty: at once where it must not wait, or for the whole time it had.</summary>
    NotNow,

    /// <summary>The queue has been shut down.</summary>
    ShutDown,
}
