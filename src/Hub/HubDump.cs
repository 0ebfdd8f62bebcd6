using Patchy.Diagnostics;

namespace Patchy;

/// <summary>The run info without the kernel threads: what a hung test or soak prints.</summary>
internal static class HubDump
{
    /// <summary>May be called from any thread, at any time.</summary>
    public static string Text() => RunInfo.Format(threads: false);
}
