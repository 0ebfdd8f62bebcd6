namespace Patchy.Pools;

/// <summary>The idle workers of a workforce, last in first out: the one that has worked last has the warmest caches, and those at the bottom expire. Only under its latch.</summary>
internal struct IdleWorkers
{
    private NativeWorker? _top;

    public readonly bool IsEmpty => _top is null;

    public void Push(NativeWorker worker)
    {
        worker.IsIdle = true;
        worker.Above = null;
        worker.Below = _top;
        if (_top is not null) _top.Above = worker;
        _top = worker;
    }

    public NativeWorker? Pop()
    {
        NativeWorker? worker = _top;
        if (worker is not null) Remove(worker);
        return worker;
    }

    /// <summary>Only one that is idle.</summary>
    public void Remove(NativeWorker worker)
    {
        if (worker.Above is null) _top = worker.Below;
        else worker.Above.Below = worker.Below;
        if (worker.Below is not null) worker.Below.Above = worker.Above;
        worker.Above = null;
        worker.Below = null;
        worker.IsIdle = false;
    }
}
