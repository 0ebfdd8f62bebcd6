using System;
using Patchy.Events;

namespace Patchy.Pools;

/// <summary>What <see cref="NativeThreadPool.Spawn{T}"/> has handed in.</summary>
internal sealed class SpawnedJob<T>(Func<T> work) : NativeJob<T>(work)
{
    public AsyncResult<T> Result { get; } = new();

    protected override void Deliver(T? value, Exception? error)
    {
        if (error is null) Result.Set(value!);
        else Result.SetException(error);
    }
}
