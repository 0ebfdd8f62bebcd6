using System;
using System.Collections.Generic;

namespace Patchy.Pools;

/// <summary>
/// What <see cref="Group"/>, <see cref="Pool"/> and <see cref="NativeThreadPool"/> have in common: calls and maps whose parts run in the group. The
/// counterpart of gevent.pool.GroupMappingMixin.
/// </summary>
public abstract class GroupMapping
{
    private protected GroupMapping() { }

    /// <summary>Runs <paramref name="work"/> in the group, waits for it, and gives its result or raises its error. Inside of a member of the same group it is called at once, in place. The counterpart of gevent's <c>apply</c>. May be called from any thread.</summary>
    public T Apply<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return IsMemberHere ? work() : ApplyElsewhere(work);
    }

    /// <inheritdoc cref="Apply{T}(Func{T})"/>
    public void Apply(Action work) => Apply(WithResult(work));

    /// <summary>As <see cref="Apply{T}(Func{T})"/>; then hands the result to <paramref name="callback"/>, unless there was an error: a group in a new greenlet, a pool of native threads in place. The counterpart of gevent's <c>apply_cb</c>. May be called from any thread.</summary>
    public T ApplyCb<T>(Func<T> work, Action<T>? callback)
    {
        T result = Apply(work);
        if (callback is not null) CallBack(callback, result);
        return result;
    }

    /// <summary>
    /// Runs <paramref name="work"/> in the group and returns at once, also when the group is full: the greenlet that is returned has the result, and may
    /// or may not be a member, so wait for it and not for the group. The counterpart of gevent's <c>apply_async</c>. May be called from any thread.
    /// </summary>
    public Greenlet<T> ApplyAsync<T>(Func<T> work) => ApplyAsync(work, null);

    /// <summary>As the other; the result is handed to <paramref name="callback"/>, in a greenlet of its own, unless there was an error. May be called from any thread.</summary>
    public Greenlet<T> ApplyAsync<T>(Func<T> work, Action<T>? callback)
    {
        ArgumentNullException.ThrowIfNull(work);
        var applied = new Applied<T>(work, callback);
        if (TryLaunch(applied.Work) is not { } launched) return Greenlet.Spawn(() => ApplyCb(work, callback));
        if (callback is not null) launched.RawLink(applied.OnEnd);
        return launched;
    }

    /// <inheritdoc cref="ApplyAsync{T}(Func{T})"/>
    public Greenlet ApplyAsync(Action work) => ApplyAsync(WithResult(work), null);

    /// <summary>
    /// Calls <paramref name="function"/> for each item of the input, side by side in the group, and gives the results in the order of the input. The first
    /// error, in that order, is raised once everything has been started; the other calls go on, as they do when the wait for them is interrupted. The
    /// counterpart of gevent's <c>map</c>. May be called from any thread.
    /// </summary>
    public IReadOnlyList<TResult> Map<T, TResult>(Func<T, TResult> function, IEnumerable<T> input)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(input);
        var list = new List<TResult>();
        if (MapsInPlace)
        {
            foreach (T item in input) list.Add(function(item));
            return list;
        }
        MapResults<TResult> results = Feed(function, input, ordered: true, bound: int.MaxValue);
        results.AwaitInput();
        while (results.Read(out _) is { } item)
        {
            item.Error?.Throw();
            list.Add(item.Value!);
        }
        return list;
    }

    /// <summary>As <see cref="Map"/>; then hands the list to <paramref name="callback"/>, in place. The counterpart of gevent's <c>map_cb</c>. May be called from any thread.</summary>
    public IReadOnlyList<TResult> MapCb<T, TResult>(Func<T, TResult> function, IEnumerable<T> input, Action<IReadOnlyList<TResult>>? callback)
    {
        IReadOnlyList<TResult> list = Map(function, input);
        callback?.Invoke(list);
        return list;
    }

    /// <summary>As <see cref="Map"/>, in a greenlet of its own, which is returned at once. The counterpart of gevent's <c>map_async</c>. May be called from any thread.</summary>
    public Greenlet<IReadOnlyList<TResult>> MapAsync<T, TResult>(Func<T, TResult> function, IEnumerable<T> input) => MapAsync(function, input, null);

    /// <summary>As the other; the list is handed to <paramref name="callback"/> unless there was an error. May be called from any thread.</summary>
    public Greenlet<IReadOnlyList<TResult>> MapAsync<T, TResult>(Func<T, TResult> function, IEnumerable<T> input, Action<IReadOnlyList<TResult>>? callback)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(input);
        return Greenlet.Spawn(() => MapCb(function, input, callback));
    }

    /// <summary>
    /// Calls <paramref name="function"/> for each item of the input, side by side in the group, and gives the results one by one, in the order of the input, as
    /// soon as they are there. It begins at once, not with the first read, and can be enumerated once (several readers share it). An error is raised
    /// by MoveNext at its turn, and MoveNext may be called again after it; an error of the input itself comes last. Leaving a foreach early stops it: what
    /// has not begun is not called. The counterpart of gevent's <c>imap</c>. May be called from any thread.
    /// </summary>
    /// <param name="function">Called in the group.</param>
    /// <param name="input">Read by a greenlet of its own, one item for each call that can begin.</param>
    /// <param name="maxSize">How many results may wait to be read; then no further call begins until one is read. Null, or 0, is no bound.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative bound.</exception>
    public IEnumerable<TResult> IMap<T, TResult>(Func<T, TResult> function, IEnumerable<T> input, int? maxSize = null) => Stream(function, input, ordered: true, maxSize);

    /// <summary>As <see cref="IMap"/>, but in the order in which the calls end. The counterpart of gevent's <c>imap_unordered</c>. May be called from any thread.</summary>
    /// <inheritdoc cref="IMap" path="/param"/>
    /// <inheritdoc cref="IMap" path="/exception"/>
    public IEnumerable<TResult> IMapUnordered<T, TResult>(Func<T, TResult> function, IEnumerable<T> input, int? maxSize = null) => Stream(function, input, ordered: false, maxSize);

    /// <summary>True in a member of this group: what it applies runs in place, since waiting for room could be waiting for itself.</summary>
    private protected abstract bool IsMemberHere { get; }

    /// <summary>True where a map is done in place, too.</summary>
    private protected abstract bool MapsInPlace { get; }

    private protected abstract T ApplyElsewhere<T>(Func<T> work);

    private protected abstract void CallBack<T>(Action<T> callback, T result);

    /// <summary>Starts it on a greenlet of the group if that needs no wait; null otherwise.</summary>
    private protected abstract Greenlet<T>? TryLaunch<T>(Func<T> work);

    /// <summary>Starts the call of an item in the group; waits while the group is full. The outcome is delivered to the item.</summary>
    private protected abstract void Launch<TResult>(MapItem<TResult> item);

    /// <summary>Starts what reads the input of a map: in a greenlet, which is returned, or on a native thread.</summary>
    private protected virtual Greenlet? StartFeeder(Action body) => Greenlet.Spawn(body);

    private protected static Func<bool> WithResult(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return () =>
        {
            work();
            return true;
        };
    }

    private IEnumerable<TResult> Stream<T, TResult>(Func<T, TResult> function, IEnumerable<T> input, bool ordered, int? maxSize)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(input);
        if (maxSize is < 0) throw new ArgumentOutOfRangeException(nameof(maxSize), maxSize, "The number of unread results must not be negative; null is no bound.");
        if (MapsInPlace) return new InlineMap<T, TResult>(function, input);
        return Feed(function, input, ordered, maxSize is null or 0 ? int.MaxValue : maxSize.Value);
    }

    private MapResults<TResult> Feed<T, TResult>(Func<T, TResult> function, IEnumerable<T> input, bool ordered, int bound)
    {
        var results = new MapResults<TResult>(ordered, bound);
        results.Feeder = StartFeeder(() => ReadInput(results, function, input));
        return results;
    }

    private void ReadInput<T, TResult>(MapResults<TResult> results, Func<T, TResult> function, IEnumerable<T> input)
    {
        MapItem<TResult>? notLaunched = null;
        try
        {
            foreach (T value in input)
            {
                if (!results.AwaitAllowance()) break;
                notLaunched = new MapItem<T, TResult>(results, function, value);
                results.Begin(notLaunched);
                Launch(notLaunched);
                notLaunched = null;
            }
            results.EndInput(null);
        }
#pragma warning disable CA1031 // the reader gets it, at its turn
        catch (Exception exception)
#pragma warning restore CA1031
        {
            notLaunched?.Deliver(default, exception);
            results.EndInput(notLaunched is null ? exception : null);
        }
    }
}
