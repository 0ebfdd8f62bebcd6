using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Patchy.Pools;

/// <summary>
/// Runs work on native threads and gives tasks for it; also a TaskScheduler, for <see cref="TaskFactory.StartNew(Action)"/>, Parallel and continuations. Handing work in never waits.
/// The counterpart of gevent.threadpool.ThreadPoolExecutor, which waits for room.
/// </summary>
public sealed class NativeThreadExecutor : TaskScheduler, IDisposable
{
    private readonly NativeThreadPool _pool;

    /// <summary>An executor with at most that many threads.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than one.</exception>
    public NativeThreadExecutor(int maxWorkers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWorkers, 1);
        _pool = new NativeThreadPool(maxWorkers);
    }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => _pool.MaxSize;

    /// <summary>Runs <paramref name="work"/> on one of the threads. The counterpart of gevent's <c>submit</c>. May be called from any thread.</summary>
    /// <exception cref="ObjectDisposedException">It was shut down.</exception>
    public NativeFuture<T> Submit<T>(Func<T> work) => Submit(work, CancellationToken.None);

    /// <summary>As the other; cancelled as long as it has not begun.</summary>
    public NativeFuture<T> Submit<T>(Func<T> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        ObjectDisposedException.ThrowIf(_pool.IsClosed, this);
        var future = new NativeFuture<T>(work, cancellationToken);
        if (cancellationToken.IsCancellationRequested) return future; // it is cancelled already, and must not be started
        try
        {
            future.Start(this);
        }
        catch (InvalidOperationException) when (future.IsCanceled)
        {
            // cancelled between the two lines
        }
        catch (TaskSchedulerException exception) when (exception.InnerException is ObjectDisposedException)
        {
            throw new ObjectDisposedException(ToString(), exception);
        }
        return future;
    }

    /// <inheritdoc cref="Submit{T}(Func{T})"/>
    public NativeFuture<bool> Submit(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Submit(() =>
        {
            work();
            return true;
        });
    }

    /// <summary>Calls <paramref name="function"/> for each item of the input, side by side, and gives the results in the order of the input: <see cref="GroupMapping.IMap"/> of its threads. The counterpart of gevent's <c>map</c>. May be called from any thread.</summary>
    public IEnumerable<TResult> Map<T, TResult>(Func<T, TResult> function, IEnumerable<T> input) => _pool.IMap(function, input);

    /// <summary>Takes no more work; what was handed in is done, then the threads end. Waits for that if <paramref name="wait"/> is true. The counterpart of gevent's <c>shutdown</c>. May be called from any thread.</summary>
    /// <exception cref="InvalidOperationException">Called, in order to wait, by one of its own threads.</exception>
    public void Shutdown(bool wait = true)
    {
        if (wait) _pool.Dispose();
        else _pool.Close();
    }

    /// <summary>As <see cref="Shutdown"/>: waits.</summary>
    public void Dispose() => Shutdown();

    /// <inheritdoc/>
    public override string ToString() => $"executor of {_pool}";

    /// <summary>On a worker.</summary>
    internal void Execute(Task task)
    {
        if (TryClaim(task)) _ = TryExecuteTask(task);
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        _pool.SubmitUnbounded(new ScheduledJob(this, task));
    }

    /// <summary>Only in a worker, which would wait for itself otherwise. The queue finds a queued one done.</summary>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => _pool.IsWorkerHere && TryClaim(task) && TryExecuteTask(task);

    /// <summary>For one that is cancelled before it has begun: it ends now, and not when a thread comes to it. Its job stays queued and finds it claimed.</summary>
    protected override bool TryDequeue(Task task) => task is IClaimable future && future.TryClaim();

    /// <summary>For debuggers, which get none: the queue would have to be stopped.</summary>
    protected override IEnumerable<Task> GetScheduledTasks() => [];

    /// <summary>Other tasks than its own futures are never cancelled while they are queued, and TryExecuteTask lets each run once.</summary>
    private static bool TryClaim(Task task) => task is not IClaimable future || future.TryClaim();
}
