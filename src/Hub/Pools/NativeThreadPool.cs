using System;
using System.Globalization;
using System.Threading;
using Patchy.Events;
using Patchy.Linking;
using Patchy.Threading;

namespace Patchy.Pools;

/// <summary>
/// A pool of native threads for work that really blocks or computes: greenlets wait for it while their hub goes on. Its threads stay native whatever
/// is patched; they are started when needed and end when idle for long. The counterpart of gevent.threadpool.ThreadPool, except that it may be used
/// from any thread and any hub (gevent: from the thread of its hub only).
/// </summary>
public sealed class NativeThreadPool : GroupMapping, IDisposable
{
    private const int DefaultMaxSize = 10;
    private static readonly TimeSpan s_defaultIdleTimeout = TimeSpan.FromSeconds(5);
    private static readonly Lazy<NativeThreadPool> s_default = new(static () => new NativeThreadPool(), LazyThreadSafetyMode.PublicationOnly);
    private static int s_lastNumber;

    private readonly NativeWorkforce _force;
    private readonly Room _room;
    private readonly string _name;

    /// <summary>A pool of at most 10 threads.</summary>
    public NativeThreadPool() : this(DefaultMaxSize) { }

    /// <summary>A pool of at most that many threads; none is started yet. One that is idle for 5 seconds ends.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative. 0 is allowed: work waits until <see cref="MaxSize"/> is raised.</exception>
    public NativeThreadPool(int maxSize) : this(maxSize, s_defaultIdleTimeout) { }

    /// <summary>A pool of at most that many threads; none is started yet.</summary>
    /// <param name="maxSize">How many threads at most.</param>
    /// <param name="idleTimeout">After how long an idle thread ends; <see cref="Timeout.InfiniteTimeSpan"/> is never.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative size, or a negative time that is not infinite.</exception>
    public NativeThreadPool(int maxSize, TimeSpan idleTimeout)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxSize);
        _name = string.Create(CultureInfo.InvariantCulture, $"Patchy native pool {Interlocked.Increment(ref s_lastNumber)}");
        _room = new Room(Places(maxSize));
        _force = new NativeWorkforce(maxSize, CheckedIdleTimeout(idleTimeout), _name)
        {
            Finished = job =>
            {
                if (job.HasPlace) _room.Exit();
            },
        };
    }

    /// <summary>The pool for everybody: 10 threads for the process (gevent has one for each hub: <c>get_hub().threadpool</c>). Disposing of it does nothing.</summary>
    public static NativeThreadPool Default => s_default.Value;

    /// <summary>How many threads there may be. When it is lowered, idle threads end at once and busy ones after their job. May be used from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int MaxSize
    {
        get => _force.MaxSize;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _force.SetMaxSize(value);
            _room.SetLimit(Places(value));
        }
    }

    /// <summary>How many threads there are now, busy and idle. May be called from any thread.</summary>
    public int Size => _force.Size;

    /// <summary>How much work is unfinished: running, and waiting for a thread. The counterpart of <c>len(threadpool)</c>. May be called from any thread.</summary>
    public int Count => _force.Unfinished;

    /// <summary>
    /// Runs <paramref name="work"/> on a thread of the pool and returns what will be its result. Waits while the threads are all busy and one more piece of
    /// work waits for them; a worker of this very pool does not wait, since it could wait for itself. Errors are raised where the result is asked for, and reported as those of
    /// greenlets are. The counterpart of gevent's <c>spawn</c>. May be called from any thread.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The pool was disposed of.</exception>
    public AsyncResult<T> Spawn<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var job = new SpawnedJob<T>(work) { HasPlace = !IsWorkerHere };
        Submit(job);
        return job.Result;
    }

    /// <inheritdoc cref="Spawn{T}(Func{T})"/>
    public AsyncResult<bool> Spawn(Action work) => Spawn(WithResult(work));

    /// <summary>
    /// Runs <paramref name="call"/> on the calling greenlet itself, on a kernel thread of its own for as long as it lasts, while the hub goes on: the call sees
    /// the greenlet's Thread, its thread statics and the locks that it holds, which a worker does not. It takes one of the places of the pool, and does
    /// not end early: a kill or a timeout is raised at the next wait after it. On a native thread it is just called. No counterpart in gevent.
    /// </summary>
    public T ApplyInPlace<T>(Func<T> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (Greenlet.Running is null) return call();
        _room.Enter();
        try
        {
            return Escape.Run(EscapePool.Blocking, call, static call => call());
        }
        finally
        {
            _room.Exit();
        }
    }

    /// <summary>Starts threads, or ends them as they become idle, until there are that many; work that comes meanwhile may start new ones. The counterpart of setting gevent's <c>size</c>. May be called from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than <see cref="MaxSize"/>.</exception>
    /// <exception cref="InvalidOperationException">Called by one of the pool's own threads, which would wait for its own end.</exception>
    public void Resize(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (size > MaxSize) throw new ArgumentOutOfRangeException(nameof(size), size, $"The pool may have {MaxSize} threads at most. Set MaxSize first.");
        if (size > Size) _force.Grow(size);
        else if (size < Size) _ = TrimTo(size);
    }

    /// <summary>Waits until all work has been done (at least once). The counterpart of gevent's <c>join</c>. May be called from any thread.</summary>
    /// <exception cref="InvalidOperationException">Called by one of the pool's own threads.</exception>
    public void Join() => _ = Join(Timeout.InfiniteTimeSpan);

    /// <summary>As the other, at most for the given time. True when all work has been done. May be called from any thread.</summary>
    public bool Join(TimeSpan timeout)
    {
        ThrowIfWorker(nameof(Join));
        return _force.Join(TimeLimit.From(timeout));
    }

    /// <summary>Lets the work that there is be done, then ends all threads, and waits for that. The pool can be used on. Work cannot be aborted. The counterpart of gevent's <c>kill</c>. May be called from any thread.</summary>
    /// <exception cref="InvalidOperationException">Called by one of the pool's own threads.</exception>
    public void Kill() => _ = TrimTo(0);

    /// <summary>As <see cref="Kill"/>, and no more work is taken.</summary>
    public void Dispose()
    {
        if (s_default.IsValueCreated && this == s_default.Value) return;
        ThrowIfWorker(nameof(Dispose));
        _force.Close();
        _ = TrimTo(0);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_name} ({Size} of {MaxSize} threads, {Count} unfinished)");

    /// <summary>May be called from any thread. Never waits: the job is queued whatever waits already.</summary>
    internal void SubmitUnbounded(NativeJob job) => _force.Submit(job);

    internal bool IsClosed => _force.IsClosed;

    /// <summary>No more work is taken; the threads end when what there is has been done.</summary>
    internal void Close() => _force.Close();

    internal bool IsWorkerHere => NativeWorker.ForceHere == _force;

    private protected override bool IsMemberHere => IsWorkerHere;

    private protected override bool MapsInPlace => IsWorkerHere;

    private protected override T ApplyElsewhere<T>(Func<T> work) => Spawn(work).Get();

    private protected override void CallBack<T>(Action<T> callback, T result) => callback(result);

    private protected override Greenlet<T>? TryLaunch<T>(Func<T> work) => null;

    private protected override void Launch<TResult>(MapItem<TResult> item) => Submit(new MappedJob<TResult>(item) { HasPlace = !IsWorkerHere });

    /// <summary>A native thread without a hub reads the input on another one, so that none is made for it.</summary>
    private protected override Greenlet? StartFeeder(Action body)
    {
        if (Hub.CurrentOrNull is not null) return base.StartFeeder(body);
        ExecutionContext? context = ExecutionContext.Capture();
        NativeThreads.Start(new Thread(() =>
        {
            if (context is null) body();
            else ExecutionContext.Run(context, static body => ((Action)body!)(), body);
        }) { IsBackground = true, Name = _name + ", input of a map" });
        return null;
    }

    /// <summary>gevent's rule: as many as there are threads, and one more.</summary>
    private static int Places(int maxSize) => maxSize == int.MaxValue ? int.MaxValue : maxSize + 1;

    private void Submit(NativeJob job)
    {
        if (job.HasPlace) _room.Enter();
        try
        {
            _force.Submit(job);
        }
        catch
        {
            if (job.HasPlace) _room.Exit();
            throw;
        }
    }

    private static TimeSpan CheckedIdleTimeout(TimeSpan idleTimeout)
    {
        _ = TimeLimit.From(idleTimeout);
        return idleTimeout;
    }

    private bool TrimTo(int size)
    {
        ThrowIfWorker("Resize, Kill or Dispose");
        return _force.Trim(size, Deadline.Never);
    }

    private void ThrowIfWorker(string what)
    {
        if (IsWorkerHere) throw new InvalidOperationException($"{what} was called by a thread of {_name} itself, which would wait for its own end. Call it elsewhere.");
    }
}
