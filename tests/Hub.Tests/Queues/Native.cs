using System.Runtime.ExceptionServices;

namespace Patchy.Tests.Queues;

/// <summary>Code on a native thread without a hub, beside the test's hub.</summary>
internal sealed class Native
{
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    private Native(Action body)
    {
        _thread = new Thread(() =>
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
        _thread.StartNatively();
    }

    public static Native Start(Action body) => new(body);

    public static void Run(Action body) => Start(body).Finish();

    public bool IsBlocked => _thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin);

    public void Interrupt() => _thread.Interrupt();

    /// <summary>On a greenlet: waits without blocking the hub, and raises what the body threw.</summary>
    public void Finish()
    {
        while (_thread.IsAlive) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        _failure?.Throw();
    }
}
