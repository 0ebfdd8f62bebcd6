using System;
using System.Collections;
using System.Collections.Generic;

namespace Patchy.Pools;

/// <summary>A map inside a worker of the same pool: the calls are made one by one, in the worker, as they are read. To wait for other workers there could be to wait for oneself.</summary>
internal sealed class InlineMap<T, TResult>(Func<T, TResult> function, IEnumerable<T> input) : IEnumerable<TResult>, IEnumerator<TResult>
{
    private readonly IEnumerator<T> _input = input.GetEnumerator();

    public TResult Current { get; private set; } = default!;

    object? IEnumerator.Current => Current;

    public IEnumerator<TResult> GetEnumerator() => this;

    IEnumerator IEnumerable.GetEnumerator() => this;

    public bool MoveNext()
    {
        if (!_input.MoveNext()) return false;
        Current = function(_input.Current);
        return true;
    }

    public void Reset() => throw new NotSupportedException("The results of a map can be read once. Call IMap again, or Map for a list.");

    public void Dispose() => _input.Dispose();
}
