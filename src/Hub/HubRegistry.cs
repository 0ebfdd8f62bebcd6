using System;
using System.Threading;
using Patchy.Threading;

namespace Patchy;

/// <summary>All hubs of the process: a copy-on-write array, read without a latch.</summary>
internal static class HubRegistry
{
    private static SpinLatch s_latch;
    private static Hub[] s_hubs = [];

    public static Hub[] All => Volatile.Read(ref s_hubs);

    /// <summary>May be called from any thread.</summary>
    public static void Add(Hub hub)
    {
        s_latch.Enter();
        Hub[] grown = s_hubs;
        Array.Resize(ref grown, grown.Length + 1);
        grown[^1] = hub;
        Volatile.Write(ref s_hubs, grown);
        s_latch.Exit();
    }

    /// <summary>May be called from any thread.</summary>
    public static void Remove(Hub hub)
    {
        s_latch.Enter();
        Volatile.Write(ref s_hubs, Array.FindAll(s_hubs, other => other != hub));
        s_latch.Exit();
    }
}
