using System;
using System.Threading;

namespace Patchy.Detours;

// Protocol.
//
// 1. Only detours of methods that were compiled before the patch and were still eligible for tiering are watched: for them a tier-up, or
//    the clean-up of call-counting stubs, may write the cell once more. The others are never written by the runtime.
// 2. The list is replaced, never changed, so that the timer reads it without a lock.
// 3. The period grows: a tier-up that is under way ends within a second; the clean-up of stubs can come at any time.

/// <summary>Looks after the cells of late detours. Runs on the timer's pool thread, which is always native.</summary>
internal static class CellGuard
{
    private static readonly object s_gate = new();
    private static PrecodeCellDetour[] s_watched = [];
    private static Timer? s_timer;
    private static long s_since;

    public static void Watch(PrecodeCellDetour detour)
    {
        lock (s_gate)
        {
            s_watched = [.. s_watched, detour];
            s_since = Environment.TickCount64;
            s_timer ??= CreateTimer();
            s_timer.Change(1, Timeout.Infinite);
        }
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
            return new Timer(static _ => Look(), null, Timeout.Infinite, Timeout.Infinite);
        }
        finally
        {
            flow?.Dispose();
        }
    }

    private static void Look()
    {
        PrecodeCellDetour[] watched = Volatile.Read(ref s_watched);
        foreach (PrecodeCellDetour detour in watched)
        {
            if (!detour.Repair()) Forget(detour);
        }
        if (watched.Length == 0) return;
        long age = Environment.TickCount64 - s_since;
        s_timer!.Change(age < 1000 ? 1 : age < 5000 ? 10 : 500, Timeout.Infinite);
    }
}
