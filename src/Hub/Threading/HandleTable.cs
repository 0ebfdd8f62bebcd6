using System.Threading;

namespace Patchy.Threading;

// Protocol of the handle table.
// 1. The state of a handle (signalled, count, owner) is the runtime's own; nothing of it is copied. Native threads wait for the same handle
//    natively and are served by the runtime first.
// 2. A greenlet registers, tries the handle without waiting, and parks. Whoever signals a handle signals it first and then looks here. Both
//    put a full fence between their two steps, so at least one of them sees the other.
// 3. The signaller takes the signal for the oldest waiting greenlet (claim, wait of 0 ms, satisfied) before it wakes it: two signals in a
//    row then release two greenlets, as natively, although neither has run yet.
// 4. A wait that cannot be taken for another thread (all of several handles, mutexes) is only notified and tries again by itself.
// 5. The latch is left before anybody is woken.

/// <summary>Which greenlets wait for which native handle.</summary>
internal static unsafe class HandleTable
{
    private const int BucketCount = 1024;
    private const int WaitObject0 = 0;

    private static readonly Bucket[] s_buckets = new Bucket[BucketCount];
    private static int s_registered;

    // The runtime's wait for one handle. With trivial waits it can neither be interrupted nor notify a synchronization context.
    private static readonly delegate*<nint, int, bool, int> s_waitOneCore = (delegate*<nint, int, bool, int>)OriginalMethod.Of(
        typeof(WaitHandle), "WaitOneCore", typeof(nint), typeof(int), typeof(bool));

    /// <summary>Takes a signal of the handle if there is one. Not for mutexes: it would make the calling thread their owner.</summary>
    public static bool TryTake(nint handle) => s_waitOneCore(handle, 0, true) == WaitObject0;

    public static void Add(HandleLink link)
    {
        ref Bucket bucket = ref BucketOf(link.Handle);
        Interlocked.Increment(ref s_registered); // a full fence: the caller tries the handle after it
        bucket.Latch.Enter();
        HandleEntry? entry = bucket.Find(link.Handle);
        if (entry is null)
        {
            entry = new HandleEntry(link.Handle) { NextInBucket = bucket.First };
            bucket.First = entry;
        }
        entry.Append(link);
        bucket.Latch.Exit();
    }

    public static void Remove(HandleLink link)
    {
        ref Bucket bucket = ref BucketOf(link.Handle);
        bucket.Latch.Enter();
        if (link.Entry is { } entry)
        {
            entry.Remove(link);
            if (entry.IsEmpty) bucket.Drop(entry);
        }
        bucket.Latch.Exit();
        Interlocked.Decrement(ref s_registered);
    }

    /// <summary>To be called after a handle has been signalled. May be called from any thread; never waits.</summary>
    public static void Signalled(nint handle)
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref s_registered) == 0) return;
        ref Bucket bucket = ref BucketOf(handle);
        bucket.Latch.Enter();
        HandleLink? wake = null;
        if (bucket.Find(handle) is { } entry)
        {
            wake = Serve(entry);
            if (entry.IsEmpty) bucket.Drop(entry);
        }
        bucket.Latch.Exit();
        while (wake is not null)
        {
            HandleLink next = wake;
            wake = next.NextToWake;
            next.NextToWake = null;
            next.Wait.Waiter.Wake();
        }
    }

    // Under the latch. What is served is taken out at once, so that no two signallers put one link into their lists. The links of waits
    // that are over stay for their owners to remove.
    private static HandleLink? Serve(HandleEntry entry)
    {
        HandleLink? wake = null;
        HandleLink? last = null;
        HandleLink? after;
        for (HandleLink? link = entry.First; link is not null; link = after)
        {
            after = link.After;
            HandleWait wait = link.Wait;
            if (!wait.IsNotifiedOnly)
            {
                if (!wait.TryClaim()) continue;
                if (!TryTake(entry.Handle))
                {
                    wait.Unclaim();
                    break;
                }
                wait.Satisfy(link.Index);
            }
            entry.Remove(link);
            if (last is null) wake = link;
            else last.NextToWake = link;
            last = link;
        }
        return wake;
    }

    private static ref Bucket BucketOf(nint handle)
    {
        // Handles are multiples of a small power of two: mix before the low bits are taken.
        ulong mixed = (ulong)handle * 0x9E37_79B9_7F4A_7C15;
        return ref s_buckets[(int)(mixed >> 54)];
    }

    private struct Bucket
    {
        public SpinLatch Latch;
        public HandleEntry? First;

        public readonly HandleEntry? Find(nint handle)
        {
            HandleEntry? entry = First;
            while (entry is not null && entry.Handle != handle) entry = entry.NextInBucket;
            return entry;
        }

        public void Drop(HandleEntry entry)
        {
            if (ReferenceEquals(First, entry))
            {
                First = entry.NextInBucket;
                return;
            }
            HandleEntry? before = First;
            while (before is not null && !ReferenceEquals(before.NextInBucket, entry)) before = before.NextInBucket;
            if (before is not null) before.NextInBucket = entry.NextInBucket;
        }
    }
}
