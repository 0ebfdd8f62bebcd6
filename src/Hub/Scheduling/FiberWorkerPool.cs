using Patchy.Fibers;

namespace Patchy.Scheduling;

/// <summary>The idle workers of a hub, last in first out (the warmest stack first). Only with the hub entered.</summary>
internal sealed class FiberWorkerPool
{
    private const int MostIdle = 1024;
    private readonly Hub _hub;
    private FiberWorker? _idle;
    private int _idleCount;
    private int _mostIdle = MostIdle;

    public FiberWorkerPool(Hub hub) => _hub = hub;

    /// <summary>Gives the greenlet the fiber of an idle worker; null when there is none.</summary>
    public Fiber? TryTake(Greenlet greenlet)
    {
        FiberWorker? worker = _idle;
        if (worker is null) return null;
        _idle = worker.NextIdle;
        worker.NextIdle = null;
        _idleCount--;
        worker.Assign(greenlet);
        return worker.Fiber;
    }

    /// <summary>Only on the loop: makes a worker for the greenlet.</summary>
    /// <exception cref="FiberLimitException">No further fiber can be had; the greenlet has none.</exception>
    public Fiber Make(Greenlet greenlet)
    {
        var worker = new FiberWorker(_hub);
        worker.Launch();
        worker.Assign(greenlet);
        return worker.Fiber;
    }

    public bool HasIdle => _idleCount > 0;

    /// <summary>From now on none is kept. How many are idle still.</summary>
    public int Close()
    {
        _mostIdle = 0;
        return _idleCount;
    }

    /// <summary>False when enough are idle: the worker shall end.</summary>
    public bool TryRelease(FiberWorker worker)
    {
        if (_idleCount >= _mostIdle) return false;
        worker.NextIdle = _idle;
        _idle = worker;
        _idleCount++;
        return true;
    }
}
