using System.Collections.Generic;
using Patchy.Threading;

namespace Patchy.Scheduling;

// Protocol.
//  1. _free and _queue change under the latch. A place that becomes free goes straight to the oldest waiter (it is never counted as free then).
//  2. A waiter is never interrupted here: a kill is raised at the next wait, and no place is lost.

/// <summary>Bounds how many greenlets have escaped at once; the others wait for a place, first in first out.</summary>
internal sealed class EscapeGate(int places)
{
    private SpinLatch _latch;
    private int _free = places;
    private readonly Queue<Waiter> _queue = new();

    /// <summary>May be called from any thread.</summary>
    public bool TryEnter()
    {
        _latch.Enter();
        bool entered = _free > 0;
        if (entered) _free--;
        _latch.Exit();
        return entered;
    }

    /// <summary>Only on a running greenlet.</summary>
    public void Enter(Greenlet self)
    {
        if (TryEnter()) return;
        var waiter = new Waiter(self, "a kernel thread for a call that blocks");
        _latch.Enter();
        bool entered = _free > 0;
        if (entered) _free--;
        else _queue.Enqueue(waiter);
        _latch.Exit();
        if (!entered) waiter.Park(Deadline.Never, interruptible: false);
    }

    /// <summary>May be called from any thread.</summary>
    public void Exit()
    {
        _latch.Enter();
        if (!_queue.TryDequeue(out Waiter? next)) _free++;
        _latch.Exit();
        next?.Wake();
    }
}
