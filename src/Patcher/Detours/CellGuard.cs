using System;
using System.Runtime;
using System.Threading;
using Patchy.Interop;
using Patchy.Threading;

namespace Patchy.Detours;

// Protocol.
//
// 1. Only detours of methods that were compiled before the patch and were still eligible for tiering are watched: for them a tier-up, or
//    the clean-up of call-counting stubs, may write the cell once more. The others are never written by the runtime.
// 2. The list is replaced, never changed, so that the timer reads it without a lock.
// 3. A tier-up that is under way writes within a second or so after the runtime has stopped compiling new methods (it puts tiering off as long as it finds new
//    ones each 100 ms), and a call that comes before the cell is mended passes the replacement: for that long a thread of its own looks each millisecond (the
//    pool may be busy for longer than that). The clean-up of stubs can come at any time: a timer looks now and then.

/// <summary>Looks after the cells of late detours, on threads that are always native.</summary>
internal static class CellGuard
{
    private const int WatchfulMilliseconds = 3000;
    private const int LongestWatchfulMilliseconds = 60_000; // where something is compiled all the time
    private const int Period = 500;

    private static readonly object s_gate = new();
    private static PrecodeCellDetour[] s_watched = [];
    private static Timer? s_timer;
    private static long s_since;
    private static bool s_isWatchful;

    public static void Watch(PrecodeCellDetour detour)
    {
        lock (s_gate)
        {
            s_watched = [.. s_watched, detour];
            s_since = Environment.TickCount64;
            if (s_isWatchful) return;
            s_isWatchful = true;
        }
        NativeThreads.Start(new Thread(WatchClosely) { IsBackground = true, Name = "Patchy cell guard" });
    }

    public static void Forget(PrecodeCellDetour detour)
    {
        lock (s_gate) s_watched = Array.FindAll(s_watched, watched => watched != detour);
    }

    private static Timer CreateTimer()
    {
        // The timer must not carry the caller's ExecutionContext: it outlives every request.
        AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        try
        {
            return new Timer(static _ => LookAgain(), null, Timeout.Infinite, Timeout.Infinite);
        }
        finally
        {
            flow?.Dispose();
        }
    }

    private static void WatchClosely()
    {
        long compiled = JitInfo.GetCompiledMethodCount(), compiledAt = Environment.TickCount64;
        while (true)
        {
            Look();
            Libc.Pause(1); // not Thread.Sleep, which the user may have replaced
            long now = Environment.TickCount64, count = JitInfo.GetCompiledMethodCount();
            if (count != compiled) (compiled, compiledAt) = (count, now);
            lock (s_gate)
            {
                if (s_watched.Length != 0 && now - Math.Max(s_since, compiledAt) < WatchfulMilliseconds && now - s_since < LongestWatchfulMilliseconds) continue;
                s_isWatchful = false;
                if (s_watched.Length == 0) return;
                s_timer ??= CreateTimer();
                s_timer.Change(Period, Timeout.Infinite);
                return;
            }
        }
    }

    private static void LookAgain()
    {
        Look();
        lock (s_gate)
        {
            if (s_watched.Length != 0 && !s_isWatchful) s_timer!.Change(Period, Timeout.Infinite);
        }
    }

    private static void Look()
    {
        foreach (PrecodeCellDetour detour in Volatile.Read(ref s_watched))
        {
            if (!detour.Repair()) Forget(detour);
        }
    }
}
