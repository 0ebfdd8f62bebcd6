namespace Patchy;

/// <summary>How a greenlet's stack is kept while it does not run. The counterpart of gevent's choice of a loop.</summary>
public enum FiberKind
{
    /// <summary>The kind that this machine can do best: <see cref="User"/> where it is supported, else <see cref="Kernel"/>.</summary>
    Auto = 0,

    /// <summary>A CLR thread without a kernel thread: contexts are switched in user mode (linux-x64 with FSGSBASE).</summary>
    User = 1,

    /// <summary>Each fiber keeps its kernel thread and a baton is passed. Works everywhere; for debugging and as the oracle of the other kind.</summary>
    Kernel = 2,
}
