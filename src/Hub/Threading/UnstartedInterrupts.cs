using System.Runtime.CompilerServices;
using System.Threading;

namespace Patchy.Threading;

/// <summary>
/// Threads that were interrupted before they were started: natively the first wait of such a thread throws. Whether it will be green is known only
/// when it starts, and a native interrupt could not be taken back then.
/// </summary>
internal static class UnstartedInterrupts
{
    private static readonly ConditionalWeakTable<Thread, object> s_interrupted = [];
    private static int s_count;

    public static void Add(Thread thread)
    {
        if (s_interrupted.TryAdd(thread, s_interrupted)) Interlocked.Increment(ref s_count);
    }

    /// <summary>True once for a thread that was interrupted before its start.</summary>
    public static bool Take(Thread thread)
    {
        if (Volatile.Read(ref s_count) == 0 || !s_interrupted.Remove(thread)) return false;
        Interlocked.Decrement(ref s_count);
        return true;
    }
}
