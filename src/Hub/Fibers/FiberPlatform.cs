using System;

namespace Patchy.Fibers;

/// <summary>Chooses the fiber kind: what was asked for (option, then PATCHY_FIBER) against what this machine can do.</summary>
internal static class FiberPlatform
{
    public const string EnvironmentName = "PATCHY_FIBER";

    /// <summary>Resolves <see cref="FiberKind.Auto"/>; throws <see cref="PlatformNotSupportedException"/>, saying what was found and what to do, when User was asked for and cannot be had.</summary>
    public static FiberKind Resolve(FiberKind asked)
    {
        FiberKind kind = asked == FiberKind.Auto ? FromEnvironment(Environment.GetEnvironmentVariable(EnvironmentName)) : asked;
        if (kind == FiberKind.Kernel) return kind;
        string? whyNot = WhyNotUserMode();
        if (whyNot == null) return FiberKind.User;
        if (kind == FiberKind.Auto) return FiberKind.Kernel;
        throw new PlatformNotSupportedException(
            $"User-mode fibers were asked for but cannot be had here: {whyNot} Ask for FiberKind.Auto, or set {EnvironmentName}=kernel, to run on fibers that keep their kernel threads.");
    }

    /// <summary>Null when user-mode fibers work here, else the reason why not, in a sentence for the user.</summary>
    public static string? WhyNotUserMode() => UserModeRuntime.WhyNot;

    /// <summary>What PATCHY_FIBER asks for: nothing or "auto", "user" or "kernel". Anything else is a mistake of whoever set it.</summary>
    internal static FiberKind FromEnvironment(string? value)
    {
        if (string.IsNullOrEmpty(value) || value.Equals("auto", StringComparison.OrdinalIgnoreCase)) return FiberKind.Auto;
        if (value.Equals("user", StringComparison.OrdinalIgnoreCase)) return FiberKind.User;
        if (value.Equals("kernel", StringComparison.OrdinalIgnoreCase)) return FiberKind.Kernel;
        throw new PlatformNotSupportedException($"{EnvironmentName} is '{value}'. Set it to user, kernel or auto, or unset it.");
    }
}
