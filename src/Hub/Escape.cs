using System;
using System.Runtime.ExceptionServices;
using Patchy.Scheduling;

namespace Patchy;

/// <summary>
/// Runs a call that really blocks on a kernel thread of the greenlet's own, with its identity (Thread, thread statics, lock ownership)
/// unchanged, while the hub goes on.
/// </summary>
internal static class Escape
{
    private static readonly EscapeGate s_blocking = new(64);
    private static readonly EscapeGate s_file = new(16);
    private static readonly EscapeGate s_lock = new(64);

    /// <summary>Only on a running greenlet; called anywhere else it just runs <paramref name="call"/>. Waits (parked) for a place when the pool is full. Exceptions of the call come out.</summary>
    public static TResult Run<TState, TResult>(EscapePool pool, TState state, Func<TState, TResult> call)
    {
        if (Greenlet.Running is not { } self) return call(state);
        EscapeGate gate = GateOf(pool);
        gate.Enter(self);
        return RunAway(self, gate, pool == EscapePool.Lock, state, call);
    }

    /// <summary>As Run, but when the pool is full returns false at once instead of waiting for a place.</summary>
    public static bool TryRun<TState, TResult>(EscapePool pool, TState state, Func<TState, TResult> call, out TResult result)
    {
        if (Greenlet.Running is not { } self)
        {
            result = call(state);
            return true;
        }
        EscapeGate gate = GateOf(pool);
        if (!gate.TryEnter())
        {
            result = default!;
            return false;
        }
        result = RunAway(self, gate, pool == EscapePool.Lock, state, call);
        return true;
    }

    private static EscapeGate GateOf(EscapePool pool) => pool switch
    {
        EscapePool.Lock => s_lock,
        EscapePool.File => s_file,
        _ => s_blocking,
    };

    private static TResult RunAway<TState, TResult>(Greenlet self, EscapeGate gate, bool interruptible, TState state, Func<TState, TResult> call)
    {
        Hub hub = self.Hub;
        hub.Enter(self);
        self.OnLeavingCarrier();
        self.IsOffCarrier = true;
        hub.Attachments.EnqueueEscape(self.Fiber!);
        Greenlet.SetRunning(null);
        self.Fiber!.LeaveCarrierTo(hub.NextFiber());

        TResult result = default!;
        ExceptionDispatchInfo? failure = null;
        if (interruptible)
        {
            self.NativeInterrupt.Begin();
            if (self.HasPending) self.NativeInterrupt.Send(self.Thread!); // it came before this line: nobody has passed it on
        }
        try
        {
            result = call(state);
        }
#pragma warning disable CA1031 // the greenlet must come back to its carrier before anything is thrown on
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = ExceptionDispatchInfo.Capture(exception);
        }

        if (interruptible) self.NativeInterrupt.End();
        hub.Rejoin(self);
        self.Hold.Leave();
        gate.Exit();
        failure?.Throw();
        return result;
    }
}
