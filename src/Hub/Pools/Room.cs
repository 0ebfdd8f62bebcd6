using System;
using Patchy.Locks;
using Patchy.Threading;

namespace Patchy.Pools;

// Protocol.
//  1. The places are the permits of a semaphore, so the order of those who wait and what a kill does to them are the semaphore's.
//  2. When the limit falls below what is taken, the difference is a debt: places that are given back pay it off first. _limit and _debt change under the latch.

/// <summary>How much work a pool of native threads takes before whoever hands it in has to wait: a semaphore whose limit may change.</summary>
internal sealed class Room(int limit)
{
    private readonly Semaphore _places = new(limit);
    private SpinLatch _latch;
    private int _limit = limit;
    private int _debt;

    /// <summary>May be called from any thread: takes a place, waits for one if need be.</summary>
    /// <exception cref="BlockingSwitchOutException">It would have to wait, in a callback of the hub.</exception>
    public void Enter() => _places.Acquire();

    /// <summary>May be called from any thread: gives a place back.</summary>
    public void Exit()
    {
        _latch.Enter();
        bool pays = _debt > 0;
        if (pays) _debt--;
        _latch.Exit();
        if (!pays) _places.Release();
    }

    /// <summary>May be called from any thread. When it grows those who wait come in.</summary>
    public void SetLimit(int limit)
    {
        _latch.Enter();
        int more = limit - _limit;
        _limit = limit;
        int paid = Math.Clamp(more, 0, _debt);
        _debt += Math.Max(0, -more) - paid;
        while (_debt > 0 && _places.TryAcquire()) _debt--;
        _latch.Exit();
        if (more > paid) _places.Release(more - paid);
    }
}
