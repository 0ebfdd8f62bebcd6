using System;
using System.Threading.Tasks;
using Patchy.Linking;

namespace Patchy;

/// <summary>Turns the end of a greenlet into that of a task, whose continuations run elsewhere: never in whoever ends the greenlet.</summary>
internal sealed class TaskLink<T>(Greenlet greenlet, Func<Greenlet, T> result) : Link
{
    private readonly TaskCompletionSource<T> _task = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>May be called from any thread.</summary>
    public static Task<T> For(Greenlet greenlet, Func<Greenlet, T> result)
    {
        var link = new TaskLink<T>(greenlet, result);
        if (!greenlet.TryAdd(link)) link.Wake();
        return link._task.Task;
    }

    public override bool Wake()
    {
        if (greenlet.Exception is { } exception) _task.SetException(exception);
        else _task.SetResult(result(greenlet));
        return true;
    }

    internal override void Deliver(Hub hub) => throw new NotSupportedException();

    internal override void Fire(Hub hub) => throw new NotSupportedException();
}
