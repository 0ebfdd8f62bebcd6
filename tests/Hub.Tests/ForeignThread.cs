using System.Runtime.ExceptionServices;

namespace Patchy.Tests;

/// <summary>A native thread beside the test: the setter, releaser or waiter that no hub knows.</summary>
internal sealed class ForeignThread
{
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    private ForeignThread(Action body) => _thread = new Thread(() =>
    {
        try
        {
            body();
        }
        catch (Exception exception)
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
        }
    }) { IsBackground = true };

    public bool IsAlive => _thread.IsAlive;

    public bool IsBlocked => (_thread.ThreadState & ThreadState.WaitSleepJoin) != 0;

    public static ForeignThread Start(Action body)
    {
        var foreign = new ForeignThread(body);
        foreign._thread.StartNatively();
        return foreign;
    }

    /// <summary>One with a hub of its own, whose main greenlet runs the body.</summary>
    public static ForeignThread StartHub(FiberKind kind, Action body) => Start(() =>
    {
        _ = Hub.Create(kind);
        body();
    });

    public void Interrupt() => _thread.Interrupt();

    /// <summary>On a greenlet: waits without blocking the hub, and raises what the body threw.</summary>
    public void Finish()
    {
        if (Hub.CurrentOrNull is null) throw new InvalidOperationException("Only on a hub: elsewhere this wait would make one, now and then, and leave it to the next test. FinishNatively is for native threads.");
        while (_thread.IsAlive) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        _failure?.Throw();
    }

    /// <summary>As the other, but keeps the carrier: no greenlet of the caller's hub runs meanwhile.</summary>
    public void FinishNatively()
    {
        _thread.Join();
        _failure?.Throw();
    }

    /// <summary>On a greenlet: until the thread waits for something.</summary>
    public void AwaitBlocked()
    {
        while (!IsBlocked) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
    }
}
