using System;
using System.Threading;
using System.Threading.Tasks;
using Patchy.Linking;

namespace Patchy;

// Protocol.
//  1. The body runs on the greenlet and leaves its outcome here; nothing comes out of the greenlet, so nothing is printed.
//  2. The task is decided when the greenlet has ended, by the link: also when the body never ran (killed before, or no fiber to be had).
//  3. Continuations of the task never run inside: they would run on the carrier.

/// <summary>A body that runs on a greenlet and is waited for as a task.</summary>
internal sealed class AsyncRun<T>(Func<T> body, CancellationToken cancellationToken) : IReadyListener
{
    private readonly TaskCompletionSource<T> _task = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;
    private bool _ran;
    private T? _result;
    private Exception? _failure;

    /// <summary>May be called from any thread.</summary>
    public Task<T> StartOn(Hub hub)
    {
        Greenlet greenlet = hub.Spawn(Run);
        _cancellation = cancellationToken.UnsafeRegister(static greenlet => ((Greenlet)greenlet!).Kill(new GreenletExit("The token of RunAsync was cancelled."), block: false), greenlet);
        greenlet.RawLink(Ended);
        return _task.Task;
    }

    private void Run()
    {
        try
        {
            _result = body();
        }
        catch (Exception exception)
        {
            _failure = exception;
        }
        _ran = true;
    }

    private void Ended(ILinkable source)
    {
        _cancellation.Unregister();
        Exception? failure = _ran ? _failure : ((Greenlet)source).Exception ?? new GreenletExit();
        if (failure is null) _task.SetResult(_result!);
        else if (IsExit(failure)) _task.SetCanceled(cancellationToken.IsCancellationRequested ? cancellationToken : new CancellationToken(canceled: true));
        else if (failure is OperationCanceledException canceled) _task.SetCanceled(canceled.CancellationToken);
        else _task.SetException(failure);
    }

    /// <summary>The BCL wraps what comes out of a wait, in an IOException for one.</summary>
    private static bool IsExit(Exception exception)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
            if (inner is GreenletExit) return true;
        return false;
    }
}
