namespace Patchy.Tests;

/// <summary>What the calling greenlet, or thread, allocates.</summary>
internal static class Allocations
{
    /// <summary>Bytes of a thousand calls, after a warm-up.</summary>
    public static long Of(Action body)
    {
        for (int i = 0; i < 100; i++) body();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) body();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
