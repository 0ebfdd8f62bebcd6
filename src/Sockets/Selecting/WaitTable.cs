using System;
using Patchy.Reactor;
using Patchy.Sockets.Polling;
using Patchy.Threading;

namespace Patchy.Selecting;

// Protocol.
//  1. Each wait has a node for each of its descriptors, in the bucket of that number. Nodes are made outside of the latches, and a bucket is touched under its latch only.
//  2. A wait is cancelled under the latch: as long as it is listed it has not ended (PollWait, rule 4).
//  3. Who waits on a greenlet is woken outside of it, by the descriptor.

/// <summary>Which waits there are for a descriptor, on all hubs and native threads: for <see cref="Descriptors.CancelWait"/>.</summary>
internal static class WaitTable
{
    private static readonly Bucket[] s_buckets = new Bucket[64];

    /// <summary>How many places waits have in the table.</summary>
    internal static int Count
    {
        get
        {
            int count = 0;
            foreach (ref Bucket bucket in s_buckets.AsSpan())
            {
                bucket.Latch.Enter();
                for (WaitNode? node = bucket.First; node is not null; node = node.After) count++;
                bucket.Latch.Exit();
            }
            return count;
        }
    }

    public static void Add(PollWait wait)
    {
        foreach (ref readonly FdWatch watch in wait.Watches)
        {
            var node = new WaitNode(wait, watch.Fd);
            ref Bucket bucket = ref BucketOf(watch.Fd);
            bucket.Latch.Enter();
            node.After = bucket.First;
            bucket.First = node;
            bucket.Latch.Exit();
        }
    }

    public static void Remove(PollWait wait)
    {
        foreach (ref readonly FdWatch watch in wait.Watches)
        {
            ref Bucket bucket = ref BucketOf(watch.Fd);
            bucket.Latch.Enter();
            ref WaitNode? place = ref bucket.First;
            while (place is not null)
            {
                if (place.Wait == wait) place = place.After;
                else place = ref place.After;
            }
            bucket.Latch.Exit();
        }
    }

    /// <summary>Ends all waits for that descriptor. True when there was one.</summary>
    public static bool Cancel(int fd, Exception? error)
    {
        bool any = false;
        ref Bucket bucket = ref BucketOf(fd);
        bucket.Latch.Enter();
        for (WaitNode? node = bucket.First; node is not null; node = node.After)
        {
            if (node.Fd != fd) continue;
            node.Wait.Cancel(fd, error);
            any = true;
        }
        bucket.Latch.Exit();
        if (any) FdWait.Recheck(fd);
        return any;
    }

    private static ref Bucket BucketOf(int fd) => ref s_buckets[fd % s_buckets.Length];

    private struct Bucket
    {
        public SpinLatch Latch;
        public WaitNode? First;
    }

    private sealed class WaitNode(PollWait wait, int fd)
    {
        public readonly PollWait Wait = wait;
        public readonly int Fd = fd;
        public WaitNode? After;
    }
}
