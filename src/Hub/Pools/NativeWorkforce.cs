using System;
using System.Runtime.ExceptionServices;
using System.Threading;
using Patchy.Linking;
using Patchy.Threading;

namespace Patchy.Pools;

// Protocol.
//  1. All fields under the latch. Threads are started, gates opened and waits ended outside of it. A worker is counted in _size before its thread is
//     started and until it has decided to end.
//  2. There are never queued jobs and idle workers at once: whoever would be idle takes the first of the queue, and a new job goes to an idle worker.
//  3. _unfinished falls before a job's outcome is delivered, _undelivered after: who has got a result sees the job gone from Count, and Join returns
//     when all results are there.
//  4. Those who wait in Trim are woken whenever a worker has become idle or has ended, and look again; those in Join when _undelivered has become 0.

/// <summary>The native threads of one pool, and the jobs that wait for them.</summary>
internal sealed class NativeWorkforce
{
    private readonly LinkList _joiners = new();
    private readonly LinkList _trimmers = new();
    private SpinLatch _latch;
    private JobQueue _queue;
    private IdleWorkers _idle;
    private int _size;
    private int _maxSize;
    private int _unfinished;
    private int _undelivered;
    private volatile bool _isClosed;

    public NativeWorkforce(int maxSize, TimeSpan idleTimeout, string threadName)
    {
        _maxSize = maxSize;
        IdleTimeout = idleTimeout;
        ThreadName = threadName;
    }

    public TimeSpan IdleTimeout { get; }

    public string ThreadName { get; }

    public int Size => Volatile.Read(ref _size);

    public int Unfinished => Volatile.Read(ref _unfinished);

    public bool IsClosed => _isClosed;

    public int MaxSize => Volatile.Read(ref _maxSize);

    /// <summary>Called by a worker, outside of the latch, when a job has been counted as finished.</summary>
    public Action<NativeJob>? Finished { get; init; }

    /// <summary>May be called from any thread. Never waits.</summary>
    /// <exception cref="ObjectDisposedException">The pool was disposed of.</exception>
    public void Submit(NativeJob job)
    {
        _latch.Enter();
        bool isClosed = _isClosed;
        NativeWorker? idle = null;
        bool needsThread = false;
        if (!isClosed)
        {
            _unfinished++;
            _undelivered++;
            idle = _idle.Pop();
            needsThread = idle is null && _size < _maxSize;
            if (needsThread) _size++;
            else if (idle is null) _queue.Enqueue(job);
        }
        _latch.Exit();
        if (isClosed) throw new ObjectDisposedException(nameof(NativeThreadPool), "The pool was disposed of: it takes no more work.");
        idle?.Give(job);
        if (needsThread && TryStart(new NativeWorker(this, job)) is { } refusal) Replace(job, refusal);
    }

    /// <summary>May be called from any thread. More threads for queued jobs, or fewer.</summary>
    public void SetMaxSize(int maxSize)
    {
        _latch.Enter();
        _maxSize = maxSize;
        _latch.Exit();
        while (TakeIdleBeyond(maxSize) is { } surplus) surplus.Give(null);
        StartForQueue();
    }

    /// <summary>May be called from any thread: starts workers until there are that many.</summary>
    public void Grow(int size)
    {
        while (true)
        {
            _latch.Enter();
            bool some = _size < Math.Min(size, _maxSize) && !_isClosed;
            if (some) _size++;
            _latch.Exit();
            if (!some || TryStart(new NativeWorker(this, null)) is not null) return;
        }
    }

    /// <summary>May be called from any thread: ends workers as they become idle, until there are no more than that. False when the deadline passed first.</summary>
    public bool Trim(int size, Deadline deadline)
    {
        while (true)
        {
            while (TakeIdleBeyond(size) is { } surplus) surplus.Give(null);
            if (Size <= size) return true;
            if (deadline.HasPassed) return false;
            Link link = LinkWait.ForCaller("the threads of a pool to end");
            _latch.Enter();
            bool waits = _size > size && _idle.IsEmpty;
            if (waits) _trimmers.Append(link);
            _latch.Exit();
            if (waits) Line.Park(link, _trimmers, ref _latch, deadline);
        }
    }

    /// <summary>May be called from any thread: waits until every outcome is delivered. False when the deadline passed first.</summary>
    public bool Join(Deadline deadline)
    {
        while (Volatile.Read(ref _undelivered) > 0)
        {
            if (deadline.HasPassed) return false;
            Link link = LinkWait.ForCaller("the jobs of a pool to end");
            _latch.Enter();
            bool waits = _undelivered > 0;
            if (waits) _joiners.Append(link);
            _latch.Exit();
            if (waits && Line.Park(link, _joiners, ref _latch, deadline) == ParkResult.Woken) return true; // empty at least once
        }
        return true;
    }

    /// <summary>May be called from any thread: no further jobs are taken, and workers end when there are no more.</summary>
    public void Close()
    {
        _latch.Enter();
        _isClosed = true;
        _latch.Exit();
        while (TakeIdleBeyond(0) is { } surplus) surplus.Give(null);
    }

    /// <summary>Only on a worker: the next job, or none and the worker is among the idle ones now; false when it shall end, and is counted out.</summary>
    internal bool TryNext(NativeWorker worker, out NativeJob? job)
    {
        job = null;
        _latch.Enter();
        bool goesOn = _size <= _maxSize && !(_isClosed && _queue.IsEmpty);
        if (!goesOn) _size--;
        else if (!_queue.IsEmpty) job = _queue.Dequeue();
        else _idle.Push(worker);
        _latch.Exit();
        if (job is null) Line.WakeAll(_trimmers, ref _latch);
        return goesOn;
    }

    /// <summary>Only on a worker whose time has passed. False when somebody has taken it out of the idle ones meanwhile.</summary>
    internal bool TryLeave(NativeWorker worker)
    {
        _latch.Enter();
        bool leaves = worker.IsIdle;
        if (leaves)
        {
            _idle.Remove(worker);
            _size--;
        }
        _latch.Exit();
        if (leaves) Line.WakeAll(_trimmers, ref _latch);
        return leaves;
    }

    /// <summary>Only on a worker that ends although it might go on: it is counted out, and another one takes its place if jobs wait.</summary>
    internal void Retire()
    {
        _latch.Enter();
        _size--;
        _latch.Exit();
        StartForQueue();
        Line.WakeAll(_trimmers, ref _latch);
    }

    /// <summary>Only on a worker: the job has run.</summary>
    internal void Finish(NativeJob job)
    {
        _latch.Enter();
        _unfinished--;
        _latch.Exit();
        Finished?.Invoke(job);
        if (job.Deliver() is { } error) HubErrors.ReportWork(job.Hub, job, error); // gevent, too, whoever may ask for the result later
        _latch.Enter();
        bool empty = --_undelivered == 0;
        _latch.Exit();
        if (empty) Line.WakeAll(_joiners, ref _latch);
    }

    /// <summary>Threads for queued jobs, as many as there may be.</summary>
    private void StartForQueue()
    {
        while (true)
        {
            _latch.Enter();
            bool some = !_queue.IsEmpty && _size < _maxSize;
            if (some) _size++;
            _latch.Exit();
            if (!some || TryStart(new NativeWorker(this, null)) is not null) return;
        }
    }

    /// <summary>Null, or why the system has no thread for it; then it is counted out.</summary>
    private ExceptionDispatchInfo? TryStart(NativeWorker worker)
    {
        try
        {
            worker.Start();
            return null;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            _latch.Enter();
            _size--;
            _latch.Exit();
            return ExceptionDispatchInfo.Capture(exception);
        }
    }

    /// <summary>No thread was to be had for the job: it goes to the workers that there are. When there are none it is not taken.</summary>
    private void Replace(NativeJob job, ExceptionDispatchInfo refusal)
    {
        _latch.Enter();
        NativeWorker? idle = _idle.Pop();
        bool refused = idle is null && _size == 0;
        if (refused)
        {
            _unfinished--;
            _undelivered--;
        }
        else if (idle is null)
        {
            _queue.Enqueue(job);
        }
        _latch.Exit();
        idle?.Give(job);
        if (refused) refusal.Throw();
    }

    private NativeWorker? TakeIdleBeyond(int size)
    {
        _latch.Enter();
        NativeWorker? worker = _size > size ? _idle.Pop() : null;
        if (worker is not null) _size--;
        _latch.Exit();
        return worker;
    }
}
