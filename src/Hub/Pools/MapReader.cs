using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;

namespace Patchy.Pools;

/// <summary>
/// Reads the results of a map. An error is raised by MoveNext at its turn, after which MoveNext may be called again for the next result. Dispose (which
/// foreach calls) stops the map where it is.
/// </summary>
internal sealed class MapReader<TResult>(MapResults<TResult> results) : IEnumerator<TResult>
{
    public TResult Current { get; private set; } = default!;

    object? IEnumerator.Current => Current;

    public bool MoveNext()
    {
        MapItem<TResult>? item = results.Read(out ExceptionDispatchInfo? inputError);
        inputError?.Throw();
        if (item is null) return false;
        item.Error?.Throw();
        Current = item.Value!;
        return true;
    }

    public void Reset() => throw new NotSupportedException("The results of a map can be read once. Call IMap again, or Map for a list.");

    public void Dispose() => results.Stop();
}
