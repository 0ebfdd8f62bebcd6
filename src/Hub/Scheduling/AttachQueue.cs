using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading;
using Patchy.Fibers;
using Patchy.Interop;

namespace Patchy.Scheduling;

// Protocol.
//  1. A fiber that leaves the carrier queues itself with the hub entered and then switches away; the loop attaches it.
//  2. Escapes go first, all of them. Ends are let go a few at a time, since each holds a kernel thread until it is really over: 5,000 at once
//     would be 5,000 kernel threads. After its last act in our code (EndFinished) a thread still goes through the runtime's own end: it counts
//     as a tail until the kernel knows it no more.
//  3. When the kernel refuses (EAGAIN: pids.max, ENOMEM) the fiber stays first in its queue, and the loop tries again in a few milliseconds.

/// <summary>The fibers of a hub that wait for a kernel thread of their own: to escape, or to end.</summary>
internal sealed class AttachQueue : TimerNode
{
    private const int MostEndsAtOnce = 3;
    private const int RetryMilliseconds = 5;
    private const int TailMilliseconds = 1;
    private const int LooksAtTails = 16;
    private readonly Hub _hub;
    private readonly Queue<Fiber> _escapes = new();
    private readonly Queue<Fiber> _ends = new();
    private readonly int[] _tails = new int[MostEndsAtOnce]; // kernel ids; 0 is free
    private int _ending;

    public AttachQueue(Hub hub) => _hub = hub;

    /// <summary>Only with the hub entered: something could be attached now. The monitor asks too, and gets a hint.</summary>
    public bool HasWork => HeapIndex < 0 && (_escapes.Count > 0 || (_ends.Count > 0 && Volatile.Read(ref _ending) < MostEndsAtOnce));

    /// <summary>Somebody waits for a kernel thread, or is on the way to its end there.</summary>
    public bool IsBusy => _escapes.Count > 0 || _ends.Count > 0 || Volatile.Read(ref _ending) > 0;

    /// <summary>Only with the hub entered, before LeaveCarrierTo.</summary>
    public void EnqueueEscape(Fiber fiber) => _escapes.Enqueue(fiber);

    /// <summary>Only with the hub entered, before LeaveCarrierTo: the fiber's thread is about to end.</summary>
    public void EnqueueEnd(Fiber fiber) => _ends.Enqueue(fiber);

    /// <summary>On the ending thread, as its last act: makes room for the next, once the kernel thread is gone too.</summary>
    public void EndFinished()
    {
        int self = Libc.gettid();
        for (int i = 0; i < MostEndsAtOnce && Interlocked.CompareExchange(ref _tails[i], self, 0) != 0;) i++;
        Interlocked.Decrement(ref _ending);
        _hub.Inbox.Ring();
    }

    /// <summary>Only on the loop.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public void Work()
    {
        if (!HasWork) return;
        while (_escapes.TryPeek(out Fiber? fiber))
        {
            if (!TryAttach(fiber)) return;
            _escapes.Dequeue();
        }
        while (Volatile.Read(ref _ending) < MostEndsAtOnce && _ends.TryPeek(out Fiber? fiber))
        {
            if (!HasRoomForAnEnd())
            {
                _hub.Timers.Add(this, Deadline.Now + Stopwatch.Frequency / 1000 * TailMilliseconds);
                return;
            }
            Interlocked.Increment(ref _ending);
            if (!TryAttach(fiber))
            {
                Interlocked.Decrement(ref _ending);
                return;
            }
            _ends.Dequeue();
        }
    }

    internal override void Fire(Hub hub) => Work();

    internal override void Deliver(Hub hub) => Work();

    /// <summary>A tail takes some microseconds: while no greenlet is ready that is waited for here, or else until the timer.</summary>
    private bool HasRoomForAnEnd()
    {
        for (int look = 0; look < LooksAtTails; look++)
        {
            int room = MostEndsAtOnce - Volatile.Read(ref _ending);
            foreach (ref int tail in _tails.AsSpan())
            {
                int id = Volatile.Read(ref tail);
                if (id == 0) continue;
                if (KernelThread.Exists(id)) room--;
                else Volatile.Write(ref tail, 0);
            }
            if (room > 0) return true;
            if (_hub.HasReady) return false;
            _ = Libc.Yield();
        }
        return false;
    }

    private bool TryAttach(Fiber fiber)
    {
        if (fiber.TryAttach(out _)) return true;
        _hub.Timers.Add(this, Deadline.Now + Stopwatch.Frequency / 1000 * RetryMilliseconds);
        return false;
    }
}
