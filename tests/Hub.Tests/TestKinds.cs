using Patchy.Fibers;

namespace Patchy.Tests;

/// <summary>The fiber kinds that this machine can do: the same tests run on each.</summary>
internal static class TestKinds
{
    public static FiberKind[] All { get; } = FiberPlatform.WhyNotUserMode() is null ? [FiberKind.User, FiberKind.Kernel] : [FiberKind.Kernel];
}
