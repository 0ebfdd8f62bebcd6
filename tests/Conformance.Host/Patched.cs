using System.Reflection;
using System.Runtime.CompilerServices;

namespace Patchy.Conformance;

/// <summary>The only file of the host that knows Patchy. Nothing of it is loaded in native mode.</summary>
internal static class Patched
{
    private static bool s_patched;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply()
    {
        _ = Patch.All();
        s_patched = true;
    }

    /// <summary>Every greenlet and what it waits for.</summary>
    public static string WhoWaits() => s_patched ? Dump() : "Not patched.";

    /// <summary>How often so far the monitor took the hub from a greenlet, asleep or computing.</summary>
    public static long Reliefs() => s_patched ? OfMonitor("Reliefs") : 0;

    /// <summary>How often so far the monitor took the hub from a greenlet that slept in the kernel. A body that waits cooperatively needs no such help.</summary>
    public static long SleepersRelieved() => s_patched ? OfMonitor("SleepersRelieved") : 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long OfMonitor(string count) =>
        (long)typeof(Hub).Assembly.GetType("Patchy.HubMonitor", throwOnError: true)!.GetProperty(count, BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!;

    // By reflection: the dump is internal, and the host is an application like any other.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Dump() =>
        typeof(Hub).Assembly.GetType("Patchy.HubDump")?.GetMethod("Text", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)?.Invoke(null, null) as string ?? "Patchy offers no dump.";
}
