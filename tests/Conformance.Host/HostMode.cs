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
}
