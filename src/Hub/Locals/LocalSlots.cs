using System;
using System.Collections.Generic;
using Patchy.Threading;

namespace Patchy;

// Protocol: all under the latch. A slot's number is used again after its local is gone; values of the former one that greenlets still hold are told by their owner's serial number.

/// <summary>Which local has which place in the greenlets' arrays of values.</summary>
internal static class LocalSlots
{
    private static readonly Stack<int> s_free = new();
    private static SpinLatch s_latch;
    private static WeakReference<object>?[] s_owners = new WeakReference<object>?[16];
    private static int s_used;
    private static long s_serial;

    /// <summary>May be called from any thread.</summary>
    public static int Take(object local, out long serial)
    {
        var owner = new WeakReference<object>(local);
        s_latch.Enter();
        if (!s_free.TryPop(out int slot)) slot = s_used++;
        if (slot == s_owners.Length) Array.Resize(ref s_owners, slot * 2);
        s_owners[slot] = owner;
        serial = ++s_serial;
        s_latch.Exit();
        return slot;
    }

    /// <summary>May be called from any thread, also by the finalizer.</summary>
    public static void Return(int slot)
    {
        s_latch.Enter();
        s_owners[slot] = null;
        s_free.Push(slot);
        s_latch.Exit();
    }

    /// <summary>May be called from any thread.</summary>
    public static object? OwnerOf(int slot)
    {
        s_latch.Enter();
        WeakReference<object>? owner = s_owners[slot];
        s_latch.Exit();
        return owner is not null && owner.TryGetTarget(out object? local) ? local : null;
    }
}
