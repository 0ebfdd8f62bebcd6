using System;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using Patchy.Linking;

namespace Patchy.Events;

// Life: Empty -> Ready by Set or SetException; Ready stays Ready, but what it holds may be overwritten (gevent L4).
//
// Protocol.
//  1. What it holds is one immutable object that is swapped as a whole, so a reader never sees half of a value, or a value beside a wrong error.
//  2. It is stored before the flag is set: whoever finds the flag set, or is woken by it, finds it.

/// <summary>
/// A value, or an error, that will be there later: greenlets, native threads and async code wait for it. The counterpart of gevent.event.AsyncResult. Unlike there
/// it may be shared by threads and hubs, and belongs to none.
/// </summary>
/// <typeparam name="T">Type of the value.</typeparam>
public sealed class AsyncResult<T> : ICallbackOwner
{
    private readonly NotifyingFlag _flag;
    private Outcome? _outcome;
    private TaskLink<T>? _task;

    /// <summary>A result that is not there yet.</summary>
    public AsyncResult() => _flag = new NotifyingFlag(this);

    /// <summary>True once it holds a value or an error. May be called from any thread.</summary>
    public bool Ready => _flag.IsSet;

    /// <summary>True once it holds a value. The counterpart of gevent's <c>successful()</c>. May be called from any thread.</summary>
    public bool Successful => Volatile.Read(ref _outcome) is { HasValue: true };

    /// <summary>The value; the default value as long as there is none. May be called from any thread.</summary>
    public T? Value => Volatile.Read(ref _outcome) is { HasValue: true } outcome ? outcome.Value : default;

    /// <summary>The error that was set last, or null. May be called from any thread.</summary>
    public Exception? Exception => Volatile.Read(ref _outcome)?.Failure?.SourceException;

    /// <summary>How many waits and callbacks are linked to it. May be called from any thread.</summary>
    public int LinkCount => _flag.LinkCount;

    /// <summary>
    /// Stores the value and makes all who wait ready; never switches. A second one takes the place of the first for whoever asks from then on, as in gevent;
    /// so does a value after an error. May be called from any thread.
    /// </summary>
    public void Set(T value)
    {
        Outcome? old;
        do old = Volatile.Read(ref _outcome);
        while (Interlocked.CompareExchange(ref _outcome, new Outcome(true, value, old?.Failure), old) != old);
        _flag.Set();
    }

    /// <summary>
    /// Stores an error, which <see cref="Get()"/> raises, and makes all who wait ready; never switches. A value that is there already stays what
    /// <see cref="Get()"/> gives, as in gevent. May be called from any thread.
    /// </summary>
    public void SetException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        Store(ExceptionDispatchInfo.Capture(exception));
    }

    /// <summary>
    /// Takes over what <paramref name="source"/> ends with: its value, or its error; one that is killed gives the default value. The counterpart of gevent's
    /// <c>greenlet.link(result)</c>. It happens while the greenlet ends, without a turn of a hub. May be called from any thread.
    /// </summary>
    public void CopyFrom(Greenlet<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        source.RawLink(new ResultCopy<T>(this).FromGreenlet);
    }

    /// <summary>As the other, from another result. May be called from any thread.</summary>
    public void CopyFrom(AsyncResult<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        source.RawLink(new ResultCopy<T>(this).FromResult);
    }

    /// <summary>Waits for the value and gives it, or raises the error. May be called from any thread.</summary>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while it was not ready.</exception>
    public T Get()
    {
        if (Volatile.Read(ref _outcome) is null) _flag.Wait(Deadline.Never);
        return Taken();
    }

    /// <summary>As the other; with <paramref name="block"/> false as <see cref="GetNoWait"/>. May be called from any thread.</summary>
    /// <exception cref="GreenletTimeout">It is not ready, and <paramref name="block"/> is false.</exception>
    public T Get(bool block) => block ? Get() : GetNoWait();

    /// <summary>As the other, at most for the given time; zero only looks. May be called from any thread.</summary>
    /// <exception cref="GreenletTimeout">The time passed first.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public T Get(TimeSpan timeout)
    {
        Deadline deadline = TimeLimit.From(timeout);
        if (Volatile.Read(ref _outcome) is null && !_flag.Wait(deadline)) throw TimeLimit.Expired(timeout);
        return Taken();
    }

    /// <summary>As the other, with a timeout of the caller's own, which is started when it does not run yet, and over afterwards. Only on a greenlet.</summary>
    /// <exception cref="GreenletTimeout">That timeout came first.</exception>
    public T Get(GreenletTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        if (Volatile.Read(ref _outcome) is null && !Wait(timeout)) throw timeout;
        return Taken();
    }

    /// <summary>Gives the value or raises the error without waiting. The counterpart of gevent's <c>get_nowait()</c>. May be called from any thread.</summary>
    /// <exception cref="GreenletTimeout">It is not ready.</exception>
    public T GetNoWait() => Get(TimeSpan.Zero);

    /// <summary>As <see cref="Get(TimeSpan)"/>, but false instead of an exception when the time passed first. An error that was set is raised. May be called from any thread.</summary>
    public bool TryGet(out T value, TimeSpan timeout)
    {
        Deadline deadline = TimeLimit.From(timeout);
        bool ready = Volatile.Read(ref _outcome) is not null || _flag.Wait(deadline);
        value = ready ? Taken() : default!;
        return ready;
    }

    /// <summary>Waits until it is ready and gives the value; the default value when an error was set, which is not raised here. May be called from any thread.</summary>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while it was not ready.</exception>
    public T? Wait()
    {
        _flag.Wait(Deadline.Never);
        return Value;
    }

    /// <summary>Waits until it is ready, at most for the given time: true when it is. Raises nothing that was set. May be called from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public bool Wait(TimeSpan timeout) => _flag.Wait(TimeLimit.From(timeout));

    /// <summary>As the other, with a timeout of the caller's own, which is started when it does not run yet, and over afterwards. Only on a greenlet.</summary>
    public bool Wait(GreenletTimeout timeout) => TimeLimit.Run(timeout, _flag, static flag => flag.Wait(Deadline.Never));

    /// <summary>A task that ends with the first value or error that is set. May be called from any thread.</summary>
    public Task<T> AsTask()
    {
        if (Volatile.Read(ref _task) is { } known) return known.Task;
        var fresh = new TaskLink<T>(this);
        if (Interlocked.CompareExchange(ref _task, fresh, null) is { } other) return other.Task;
        _flag.Link(fresh);
        return fresh.Task;
    }

    /// <summary>For <c>await result</c> in async code, which goes on where its own context says. May be called from any thread.</summary>
    public TaskAwaiter<T> GetAwaiter() => AsTask().GetAwaiter();

    /// <inheritdoc/>
    public void RawLink(Action<ILinkable> callback) => _flag.RawLink(callback);

    /// <inheritdoc/>
    public void Unlink(Action<ILinkable> callback) => _flag.Unlink(callback);

    /// <inheritdoc/>
    public override string ToString() =>
        $"result ({(Successful ? "has its value" : Exception is { } error ? $"has failed with {error.GetType().Name}" : "not there yet")}, {LinkCount} linked)";

    bool ICallbackOwner.TryBegin(OwnedCallback callback) => _flag.TryBegin(callback);

    private void Store(ExceptionDispatchInfo failure)
    {
        Outcome? old;
        do old = Volatile.Read(ref _outcome);
        while (Interlocked.CompareExchange(ref _outcome, new Outcome(old is { HasValue: true }, old is null ? default! : old.Value, failure), old) != old);
        _flag.Set();
    }

    private T Taken()
    {
        Outcome outcome = Volatile.Read(ref _outcome)!;
        if (!outcome.HasValue) outcome.Failure!.Throw();
        return outcome.Value;
    }

    private sealed class Outcome(bool hasValue, T value, ExceptionDispatchInfo? failure)
    {
        public bool HasValue => hasValue;

        public T Value => value;

        public ExceptionDispatchInfo? Failure => failure;
    }
}
