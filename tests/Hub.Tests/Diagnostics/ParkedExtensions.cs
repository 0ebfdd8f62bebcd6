namespace Patchy.Tests.Diagnostics;

internal static class ParkedExtensions
{
    /// <summary>It has given the carrier away and waits.</summary>
    public static bool IsParked(this Greenlet greenlet) => greenlet.CurrentWait is { IsDecided: false, ParkedSince: > 0 };
}
