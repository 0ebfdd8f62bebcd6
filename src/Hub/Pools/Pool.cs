using System;
using System.Threading;
using Patchy.Linking;
using Semaphore = Patchy.Locks.Semaphore;

namespace Patchy.Pools;

/// <summary>A group with a bound: when it is full, who spawns waits until a greenlet of it has ended. The counterpart of gevent.pool.Pool.</summary>
public class Pool : Group
{
    /// <summary>A pool without a bound, for where one is asked for.</summary>
    public Pool() : base(places: null) { }

    /// <summary>A pool of at most that many greenlets. With 0 nothing is ever let in: spawning waits for ever.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public Pool(int size) : base(new Semaphore(Checked(size))) => Size = size;

    /// <summary>How many greenlets there may be; null is no bound.</summary>
    public int? Size { get; }

    /// <summary>How many more can be spawned without waiting; other threads may be quicker. <see cref="int.MaxValue"/> without a bound (gevent says 1 there). The counterpart of gevent's <c>free_count()</c>. May be called from any thread.</summary>
    public int FreeCount => Places?.Counter ?? int.MaxValue;

    /// <summary>Takes a greenlet in that has not been started, if there is room before the time has passed; with <see cref="TimeSpan.Zero"/> it does not wait. The counterpart of gevent's <c>add(blocking=, timeout=)</c>. May be called from any thread.</summary>
    /// <exception cref="PoolFullException">There was no room in that time.</exception>
    public void Add(Greenlet greenlet, TimeSpan timeout)
    {
        if (!TryAdd(greenlet, timeout)) throw new PoolFullException();
    }

    /// <summary>As the other, with a timeout of the caller's own, which is started when it does not run yet, and over afterwards. Only on a greenlet.</summary>
    /// <exception cref="PoolFullException">That timeout came first.</exception>
    public void Add(Greenlet greenlet, GreenletTimeout timeout)
    {
        if (!TimeLimit.Run(timeout, (Pool: this, greenlet), static state => state.Pool.TryAdd(state.greenlet, Timeout.InfiniteTimeSpan))) throw new PoolFullException();
    }

    /// <summary>As <see cref="Add(Greenlet, TimeSpan)"/>, then starts it.</summary>
    /// <exception cref="PoolFullException">There was no room in that time. The greenlet is not started.</exception>
    public void Start(Greenlet greenlet, TimeSpan timeout)
    {
        Add(greenlet, timeout);
        greenlet.Start();
    }

    /// <summary>As <see cref="Add(Greenlet, GreenletTimeout)"/>, then starts it.</summary>
    /// <exception cref="PoolFullException">That timeout came first. The greenlet is not started.</exception>
    public void Start(Greenlet greenlet, GreenletTimeout timeout)
    {
        Add(greenlet, timeout);
        greenlet.Start();
    }

    private static int Checked(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return size;
    }
}
