using System;
using System.Threading;
using Patchy.Linking;

namespace Patchy.Threading;

// Protocol.
//  1. The runtime tells nobody that a native thread has ended but those who join it. So one kernel thread joins it, for all greenlets that do, from the first join until its end: as many as there are
//     native threads that somebody joins, however many greenlets join and however often a join times out. None of them is an escape, which could not be interrupted, or would take a place from others.
//  2. The entry is in the table while that kernel thread is at work; the bucket's latch guards it. The greenlets are woken outside of it.
//  3. Not at once: a thread whose body is over, such as a green one at its very end, ends in less than a millisecond, and needs no other thread for that.
//  4. Woken says "look again": the thread has ended, or there is no kernel thread to join it (memory, descriptors, pids.max). Natively a join needs none: the greenlets look again now and then.

/// <summary>The end of a native thread, as far as greenlets wait for it.</summary>
internal sealed unsafe class NativeEnd : IdentityEntry
{
    private const int FirstLooks = 3; // after 1, 2 and 4 ms
    private const int LookAgainMilliseconds = 10;
    private const int StackSize = 256 * 1024; // of the joining thread, which calls nothing
    private const ThreadState EndedMask = ThreadState.Stopped | ThreadState.Aborted;
    private static readonly IdentityTable s_ends = new();
    private readonly LinkList _waiters = new();

    private NativeEnd(Thread thread) : base(thread) { }

    /// <summary>Only on a running greenlet: parks until <paramref name="thread"/>, a native one that was started, has ended. False when the deadline passed first.</summary>
    /// <exception cref="ThreadInterruptedException">Thread.Interrupt; a kill and a timeout come out as well.</exception>
    public static bool Wait(Greenlet self, Thread thread, Deadline deadline)
    {
        for (int look = 0; ; look++)
        {
            ParkResult result = look < FirstLooks ? new Waiter(self, thread).Park(Soon(deadline, 1 << look), self.NoRaise == 0) : WaitForJoiner(self, thread, deadline);
            if ((CooperativeThread.GetThreadStateOriginal(thread) & EndedMask) != 0) return SlotThreadJoin.JoinNatively(thread, Timeout.Infinite);
            if (result == ParkResult.TimedOut && deadline.HasPassed) return false;
            if (result == ParkResult.Interrupted) self.RaisePending();
        }
    }

    private static ParkResult WaitForJoiner(Greenlet self, Thread thread, Deadline deadline)
    {
        var waiter = new Waiter(self, thread);
        NativeEnd end = Join(thread, waiter, out bool isNew);
        ParkResult result = ParkResult.Interrupted;
        try
        {
            bool begun = !isNew || end.TryBegin();
            result = (begun ? waiter : new Waiter(self, thread)).Park(begun ? deadline : Soon(deadline, LookAgainMilliseconds), self.NoRaise == 0);
        }
        finally
        {
            if (result != ParkResult.Woken) end.Leave(waiter); // also one that was told already
        }
        return result;
    }

    private static NativeEnd Join(Thread thread, Waiter waiter, out bool isNew)
    {
        ref IdentityTable.Bucket bucket = ref s_ends.BucketOf(thread);
        bucket.Latch.Enter();
        var end = bucket.Find(thread) as NativeEnd;
        isNew = end is null;
        if (end is null)
        {
            end = new NativeEnd(thread);
            bucket.Add(end);
        }
        end._waiters.Append(waiter);
        bucket.Latch.Exit();
        return end;
    }

    private static Deadline Soon(Deadline deadline, int milliseconds) => Deadline.In(deadline.IsNever ? milliseconds : Math.Min(deadline.RemainingMilliseconds, milliseconds));

    private bool TryBegin()
    {
        bool begun = false;
        try
        {
            NativeThreads.Start(new Thread(Await, StackSize) { IsBackground = true, Name = "Patchy joiner" });
            begun = true;
        }
        catch (OutOfMemoryException)
        {
            // Or what derives from it: the runtime says no more.
        }
        finally
        {
            if (!begun) Tell();
        }
        return begun;
    }

    private void Await()
    {
        CooperativeThread.JoinOriginal((Thread)Target, Timeout.Infinite);
        Tell();
    }

    private void Tell()
    {
        ref IdentityTable.Bucket bucket = ref s_ends.BucketOf(Target);
        bucket.Latch.Enter();
        bucket.Remove(this);
        bucket.Latch.Exit();
        while (Take() is { } waiter) waiter.Wake();
    }

    private Link? Take()
    {
        ref IdentityTable.Bucket bucket = ref s_ends.BucketOf(Target);
        bucket.Latch.Enter();
        Link? first = _waiters.TakeFirst();
        bucket.Latch.Exit();
        return first;
    }

    private void Leave(Waiter waiter)
    {
        ref IdentityTable.Bucket bucket = ref s_ends.BucketOf(Target);
        bucket.Latch.Enter();
        _ = _waiters.Remove(waiter);
        bucket.Latch.Exit();
    }
}
