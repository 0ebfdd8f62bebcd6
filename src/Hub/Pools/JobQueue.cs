namespace Patchy.Pools;

/// <summary>The jobs that no worker was free for, first in first out, linked through themselves. Only under the latch of the workforce.</summary>
internal struct JobQueue
{
    private NativeJob? _first;
    private NativeJob? _last;

    public readonly bool IsEmpty => _first is null;

    public void Enqueue(NativeJob job)
    {
        if (_last is null) _first = job;
        else _last.Next = job;
        _last = job;
    }

    public NativeJob? Dequeue()
    {
        NativeJob? job = _first;
        if (job is null) return null;
        _first = job.Next;
        if (_first is null) _last = null;
        job.Next = null;
        return job;
    }
}
