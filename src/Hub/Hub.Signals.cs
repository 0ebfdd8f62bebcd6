using System;
using System.Runtime.InteropServices;
using Patchy.Scheduling;

namespace Patchy;

public sealed partial class Hub
{
    private readonly LoopExitWatch _loopExits;

    /// <summary>
    /// Whether a main greenlet that would wait for ever gets a <see cref="LoopExit"/>; <see cref="LoopExitPolicy.WhenProven"/> unless set. gevent always throws it; where that would be wrong since another thread
    /// was about to wake the greenlet, Patchy waits. May be set from any thread.
    /// </summary>
    public static LoopExitPolicy LoopExitPolicy { get; set; } = LoopExitPolicy.WhenProven;

    /// <summary>
    /// From now on <paramref name="handler"/> is called on a new greenlet of the calling thread's hub each time the process gets the signal, instead of what the system would do; disposing of the
    /// result ends that. An exception of it is printed and thrown into the main greenlet. The counterpart of <c>gevent.signal_handler</c>. May be called from any thread.
    /// </summary>
    public static IDisposable SignalHandler(PosixSignal signal, Action handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Hub hub = Current;
        Action body = () => hub.HandleSignal(handler);
        return PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            hub.TrySpawn(body); // on a pool thread
        });
    }

    /// <summary>Only on the loop, before it sleeps with no timer set: see LoopExitWatch.</summary>
    internal int MillisecondsUntilLook() => _loopExits.BeforeSleep();

    private void HandleSignal(Action handler)
    {
        try
        {
            handler();
        }
        catch (Exception exception) when (!Greenlet.OfThisThread!.IsKilledBy(exception))
        {
            Report(null, exception);
        }
    }

    private void TrySpawn(Action body)
    {
        try
        {
            Spawn(body);
        }
        catch (HubDestroyedException)
        {
            // nobody is left to handle it
        }
    }
}
