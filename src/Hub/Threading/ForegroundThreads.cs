using System.Threading;

namespace Patchy.Threading;

/// <summary>
/// How many green threads the user counts on to run to their end. While there are any, the hub monitor's thread is a foreground thread: it keeps the
/// process alive after Main has returned, and takes over the hub that Main's thread has left behind.
/// </summary>
internal static class ForegroundThreads
{
    private static SpinLatch s_latch;
    private static int s_count;

    public static int Count => Volatile.Read(ref s_count);

    /// <summary>May be called from any thread. Counting and declaring happen under one latch, so that the last declaration is the true one.</summary>
    public static void Change(int by)
    {
        HubMonitor.EnsureStarted();
        s_latch.Enter();
        int before = s_count;
        s_count = before + by;
        if (before == 0 || s_count == 0) HubMonitor.KeepProcessAlive(s_count > 0);
        s_latch.Exit();
    }
}
