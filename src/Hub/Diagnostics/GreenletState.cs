namespace Patchy.Diagnostics;

/// <summary>What a greenlet does at the moment.</summary>
public enum GreenletState
{
    /// <summary>It exists, but is not queued: it was not started yet, or its start lies in the future.</summary>
    NotStarted,

    /// <summary>It is queued and has never run.</summary>
    Starting,

    /// <summary>It has run before and is queued to run on.</summary>
    Ready,

    /// <summary>Its code runs on the carrier of its hub.</summary>
    Running,

    /// <summary>It is parked until what it waits for happens.</summary>
    Waiting,

    /// <summary>It is in a call that blocks, on a kernel thread of its own; its hub goes on without it.</summary>
    Escaped,

    /// <summary>It has ended.</summary>
    Dead,
}
