using System;
using System.Threading.Tasks;
using Patchy.Linking;

namespace Patchy.Events;

/// <summary>Ends a task when the result is there. Whoever sets the result runs none of the task's continuations.</summary>
internal sealed class TaskLink<T>(AsyncResult<T> result) : Link
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _completion.Task;

    public override bool Wake() => result.Successful ? _completion.TrySetResult(result.Value!) : _completion.TrySetException(result.Exception!);

    internal override void Deliver(Hub hub) => throw new NotSupportedException();

    internal override void Fire(Hub hub) => throw new NotSupportedException();
}
