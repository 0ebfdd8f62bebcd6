using System;

namespace Patchy.Threading;

// Protocol of an owner watch.
// 1. Leaving a monitor cannot be observed, but it takes code that runs: a greenlet that is parked holds what it holds. So whoever waits for
//    a lock of a greenlet of the same hub looks again each time that greenlet has run and stops (parks, yields, leaves the carrier, ends).
// 2. Everything here happens on the carrier of that one hub, hence no latch.
// 3. A waiter is registered for one stop only. One that gives up takes itself out, so that the list of an owner that sleeps for an
//    hour does not grow with every TryEnter that timed out.

/// <summary>Who wants to know when a greenlet stops running.</summary>
internal sealed class OwnerWatch
{
    private Waiter?[] _waiters = new Waiter?[2];
    private int _count;

    public bool IsEmpty => _count == 0;

    public void Add(Waiter waiter)
    {
        if (_count == _waiters.Length) Array.Resize(ref _waiters, _count * 2);
        _waiters[_count++] = waiter;
    }

    public void Remove(Waiter waiter)
    {
        int at = Array.IndexOf(_waiters, waiter, 0, _count);
        if (at < 0) return;
        _waiters[at] = _waiters[--_count];
        _waiters[_count] = null;
    }

    /// <summary>The hub calls this when the greenlet stops, before it queues the greenlet as ready: those who waited run before it.</summary>
    public void Fire()
    {
        int count = _count;
        _count = 0;
        for (int i = 0; i < count; i++)
        {
            Waiter waiter = _waiters[i]!;
            _waiters[i] = null;
            waiter.Wake();
        }
    }
}
