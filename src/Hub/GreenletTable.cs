using System;
using System.Threading;
using Patchy.Threading;

namespace Patchy;

// Protocol.
//  1. Readers index the array without a lock; they may see an older array, whose entries up to its length are kept equal until it is replaced.
//  2. Set and Clear hold the latch, so no write goes into an array that is being copied.

/// <summary>Which greenlet a managed thread id belongs to. Managed ids are small and dense: an array.</summary>
internal static class GreenletTable
{
    private static SpinLatch s_latch;
    private static Greenlet?[] s_byThreadId = new Greenlet?[256];

    /// <summary>May be called from any thread.</summary>
    public static Greenlet? Find(int managedThreadId)
    {
        Greenlet?[] table = Volatile.Read(ref s_byThreadId);
        return (uint)managedThreadId < (uint)table.Length ? table[managedThreadId] : null;
    }

    /// <summary>May be called from any thread: one of those of the hub that have a thread now, or null.</summary>
    public static Greenlet? Find(Hub hub, Predicate<Greenlet> fits)
    {
        foreach (Greenlet? greenlet in Volatile.Read(ref s_byThreadId))
            if (greenlet is not null && greenlet.Hub == hub && fits(greenlet)) return greenlet;
        return null;
    }

    public static void Set(int managedThreadId, Greenlet greenlet)
    {
        if (Find(managedThreadId) == greenlet) return;
        if (managedThreadId >= Volatile.Read(ref s_byThreadId).Length) Grow(managedThreadId);
        s_latch.Enter();
        s_byThreadId[managedThreadId] = greenlet;
        s_latch.Exit();
    }

    private static void Grow(int managedThreadId)
    {
        var grown = new Greenlet?[Math.Max(managedThreadId + 1, Volatile.Read(ref s_byThreadId).Length * 2)]; // outside of the latch: there may be no memory
        s_latch.Enter();
        if (s_byThreadId.Length < grown.Length)
        {
            Array.Copy(s_byThreadId, grown, s_byThreadId.Length);
            Volatile.Write(ref s_byThreadId, grown);
        }
        s_latch.Exit();
    }

    public static void Clear(int managedThreadId)
    {
        s_latch.Enter();
        s_byThreadId[managedThreadId] = null;
        s_latch.Exit();
    }

    /// <summary>May be called from any thread: clears the entry if it is still that greenlet's.</summary>
    public static void Clear(int managedThreadId, Greenlet greenlet)
    {
        s_latch.Enter();
        if (s_byThreadId[managedThreadId] == greenlet) s_byThreadId[managedThreadId] = null;
        s_latch.Exit();
    }

    /// <summary>May be called from any thread: those that have a thread now, for dumps.</summary>
    public static Greenlet?[] Snapshot()
    {
        s_latch.Enter();
        var copy = (Greenlet?[])s_byThreadId.Clone();
        s_latch.Exit();
        return copy;
    }
}
