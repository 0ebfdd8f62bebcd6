namespace Patchy.Conformance;

/// <summary>Where a body runs. The outcome must be the same everywhere.</summary>
public enum HostMode
{
    /// <summary>Unpatched: the truth that the others are compared with.</summary>
    Native,

    /// <summary>Patched, on a native thread: the replacements must pass through.</summary>
    PatchedThread,

    /// <summary>Patched, in a greenlet on user-mode fibers.</summary>
    UserFiber,

    /// <summary>Patched, in a greenlet on kernel-thread fibers.</summary>
    KernelFiber,

    /// <summary>Patched, in a greenlet on user-mode fibers, and every receive, send and accept goes through the BCL's own queue (PATCHY_SOCKETS=slow). Bodies of sockets only.</summary>
    SlowPath,

    /// <summary>Unpatched, and an <see cref="AsyncReader"/> waits on the same sockets: what <see cref="FiberWithReader"/> is compared with. Bodies of sockets only.</summary>
    NativeWithReader,

    /// <summary>Patched, in a greenlet on user-mode fibers, and an <see cref="AsyncReader"/> waits on the same sockets. Bodies of sockets only.</summary>
    FiberWithReader,
}
