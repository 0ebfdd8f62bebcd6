using System;
using System.Threading;

namespace Patchy.Fibers;

// Protocol.
// 1. The word is 0 (nobody may go on) or 1 (the baton lies here). Pass sets it, Take waits for 1 and sets it back to 0.
// 2. One thread takes, at most one baton is on its way: the states of Fiber see to it. A wake before the wait is never lost.
// 3. The word lives in a pinned array, so a late wake (the taker has already gone on, and ended) touches no freed memory.

/// <summary>The right to run, handed from one kernel thread to another. A one-place semaphore on an address wait that Patchy does not patch.</summary>
internal sealed unsafe class Baton
{
    private readonly int[] _storage = GC.AllocateArray<int>(1, pinned: true);
    private readonly int* _word;

    public Baton()
    {
        // SAFETY: the array is on the pinned heap and lives as long as this object, which every caller holds.
        fixed (int* word = _storage) _word = word;
    }

    /// <summary>Hands the baton over. May be called from any thread.</summary>
    public void Pass()
    {
        Volatile.Write(ref _storage[0], 1);
        AddressWait.Wake(_word);
    }

    /// <summary>Blocks the calling kernel thread until the baton comes, and takes it.</summary>
    public void Take()
    {
        while (Interlocked.CompareExchange(ref _storage[0], 0, 1) != 1) AddressWait.Wait(_word, 0);
    }

    /// <summary>Blocks the calling kernel thread until the baton comes, and leaves it.</summary>
    public void AwaitPresent()
    {
        while (Volatile.Read(ref _storage[0]) == 0) AddressWait.Wait(_word, 0);
    }

    /// <summary>Takes the baton away if it is here.</summary>
    public void Clear() => Volatile.Write(ref _storage[0], 0);
}
