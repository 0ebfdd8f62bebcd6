using System;
using System.Threading;

namespace Patchy.Threading;

/// <summary>
/// Waits for handles that can be freed without Patchy's knowledge: mutexes (see <see cref="HandleKinds"/>) and handles of unknown kind.
/// A short cooperative try, for the case that a greenlet frees it, then a native wait on a kernel thread of the greenlet's own.
/// </summary>
internal static unsafe class UnobservableWait
{
    private const int WaitTimeout = WaitHandle.WaitTimeout;
    private const int CooperativeMilliseconds = 2;

    /// <summary>As WaitOne: throws AbandonedMutexException with the mutex owned.</summary>
    public static bool ForOne(Greenlet greenlet, WaitHandle handle, nint[] values, Deadline deadline)
    {
        LockPlace place = LockLine.Join(handle.SafeWaitHandle, greenlet);
        try
        {
            ParkResult turn = place.Turn is { } waiter ? waiter.Park(deadline, greenlet.NoRaise == 0) : ParkResult.Woken;
            if (turn == ParkResult.TimedOut) return false;
            if (turn == ParkResult.Interrupted) greenlet.RaisePending();
            return Wait(
                greenlet, handle, values, deadline,
                static (one, milliseconds) => CooperativeWaitHandle.WaitOneNoCheckOriginal(one, milliseconds, false, null, 0) ? 0 : WaitTimeout) == 0;
        }
        finally
        {
            place.Line!.Leave(place, null);
        }
    }

    /// <summary>As WaitAny or WaitAll: the index, 0 or WaitTimeout; throws AbandonedMutexException with the mutex owned.</summary>
    public static int ForMany(Greenlet greenlet, WaitHandle[] handles, nint[] values, bool waitAll, Deadline deadline) => Wait(
        greenlet, (handles, waitAll), values, deadline,
        static (many, milliseconds) => CooperativeWaitHandle.WaitMultipleOriginal(many.handles, many.waitAll, milliseconds));

    /// <summary>As SynchronizationContext.WaitHelper: returns what it returns, abandonment as a code.</summary>
    public static int ForValues(Greenlet greenlet, nint[] values, bool waitAll, Deadline deadline) => Wait(
        greenlet, (values, waitAll), values, deadline,
        static (many, milliseconds) => CooperativeWaitHandle.WaitHelperOriginal(many.values, many.waitAll, milliseconds));

    private static int Wait<TState>(Greenlet greenlet, TState state, nint[] values, Deadline deadline, Func<TState, int, int> wait)
        where TState : notnull
    {
        Deadline cooperative = Deadline.In(CooperativeMilliseconds);
        LockBackoff backoff = default;
        while (true)
        {
            int code = WaitTimeout;
            if (!cooperative.HasPassed)
            {
                Deadline until = deadline.Ticks < cooperative.Ticks ? deadline : cooperative;
                ParkResult result = HandleParking.AwaitSignal(
                    greenlet, values, until, state, (state, wait), box => (code = box.wait(box.state, 0)) != WaitTimeout, out bool taken);
                if (taken) return code;
                if (result == ParkResult.Interrupted) greenlet.RaisePending();
            }
            else if (LockEscape.TryRun(
                greenlet, (state, wait, deadline), static native => native.wait(native.state, native.deadline.RemainingMilliseconds), out int result))
            {
                return result;
            }
            else
            {
                greenlet.RaisePending();
                code = wait(state, 0);
                if (code != WaitTimeout) return code;
                if (backoff.Park(greenlet, state, deadline, greenlet.NoRaise == 0) == ParkResult.Interrupted) greenlet.RaisePending();
            }
            if (deadline.HasPassed) return WaitTimeout;
        }
    }
}
