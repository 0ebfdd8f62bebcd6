namespace Patchy.Conformance.Tests;

/// <summary>The patch must be invisible to a native thread.</summary>
public sealed class PatchedThreadConformance() : ConformanceTests(HostMode.PatchedThread);

/// <summary>The product: unmodified code in a greenlet on user-mode fibers.</summary>
public sealed class UserFiberConformance() : GreenConformanceTests(HostMode.UserFiber);

/// <summary>The same on kernel-thread fibers: the fallback, and the oracle of the other kind.</summary>
public sealed class KernelFiberConformance() : GreenConformanceTests(HostMode.KernelFiber);
