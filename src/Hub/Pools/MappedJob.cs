using System;

namespace Patchy.Pools;

/// <summary>One call of a map.</summary>
internal sealed class MappedJob<TResult>(MapItem<TResult> item) : NativeJob<TResult>(item.Call)
{
    protected override void Deliver(TResult? value, Exception? error) => item.Deliver(value, error);
}
