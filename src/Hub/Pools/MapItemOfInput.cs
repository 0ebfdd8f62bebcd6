using System;

namespace Patchy.Pools;

/// <summary>The call for one item of the input.</summary>
internal sealed class MapItem<T, TResult>(MapResults<TResult> results, Func<T, TResult> function, T input) : MapItem<TResult>(results)
{
    protected override TResult Invoke() => function(input);
}
