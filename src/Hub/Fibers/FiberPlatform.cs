using System;

namespace Patchy.Fibers;

/// <summary>Chooses the fiber kind: what was asked for (option, then PATCHY_FIBER) against what this machine can do.</summary>
internal static class FiberPlatform
{
    /// <summary>Resolves <see cref="FiberKind.Auto"/>; throws <see cref="PlatformNotSupportedException"/>, saying what was found and what to do, when User was asked for and cannot be had.</summary>
    public static FiberKind Resolve(FiberKind asked) => throw new NotImplementedException();

    /// <summary>Null when user-mode fibers work here, else the reason why not, in a sentence for the user.</summary>
    public static string? WhyNotUserMode() => throw new NotImplementedException();
}
