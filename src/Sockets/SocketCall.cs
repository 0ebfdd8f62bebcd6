using System;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Patchy.Reactor;

namespace Patchy.Sockets;

// Protocol of every blocking call on a socket.
//  1. The descriptor is made non-blocking once and stays so (the BCL's own asynchronous calls do the same); Socket.Blocking stays true.
//  2. The call is tried at once, unless the BCL has operations queued in that direction: then it goes through the BCL's queue, behind them.
//     PATCHY_SOCKETS=slow sends every call that can be queued there (all but connect, poll and select), for diagnosis and as the tests' oracle.
//  3. When it would block the greenlet parks in the hub's reactor and tries again. Tried first, then waited for: the reactor is edge-triggered. A plain receive that is known to
//     have nothing to take waits first (FdMark).
//  4. A parked greenlet holds no reference on the handle, as the BCL's own blocking calls do not: a close finds it through FdWait.Forget.
//     A greenlet that has made calls for a while without a wait lets the others run before the next one's try (Hub.SwitchInterval).
//  5. Nothing is ever thrown between an operation that succeeded and its return: what is pending is raised only after a wait or such a pause, before the next try.

/// <summary>What the blocking calls on a socket have in common.</summary>
internal static class SocketCall
{
    private static readonly bool s_isSlow = Environment.GetEnvironmentVariable("PATCHY_SOCKETS") == "slow";

    /// <summary>True: try the operation on <paramref name="handle"/>, and park when it would block. False: call the original between <see cref="EnterQueue"/> and <see cref="LeaveQueue"/>. Throws what is injected.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryBegin(Greenlet self, object context, FdInterest interest, out SafeSocketHandle handle)
    {
        Hub.BeforeCall(self);
        handle = SocketInternals.Handle(context);
        if (!SocketInternals.IsHandleNonBlocking(context)) MakeNonBlocking(context);
        return !s_isSlow && !OperationQueues.HasQueued(context, interest);
    }

    /// <summary>
    /// Only on a running greenlet, after a try that would have blocked. Success: try again. Else the error that the call ends with. Throws what
    /// is injected (a kill, a timeout): the socket stays usable.
    /// </summary>
    /// <param name="self">The running greenlet.</param>
    /// <param name="handle">The socket.</param>
    /// <param name="interest">What to wait for.</param>
    /// <param name="timeout">As the BCL passes it, milliseconds: not above 0 is for ever.</param>
    /// <param name="deadline">Of the whole call; default before the first wait.</param>
    [MethodImpl(HotPath.CompiledOnce)]
    internal static SocketError Park(Greenlet self, SafeSocketHandle handle, FdInterest interest, int timeout, ref Deadline deadline) =>
        Park(self, handle, interest, timeout, ref deadline, default);

    /// <summary>As the other; <paramref name="mark"/> is from before the try.</summary>
    [MethodImpl(HotPath.CompiledOnce | MethodImplOptions.NoInlining)] // keeps the path of calls that need not wait short
    internal static SocketError Park(Greenlet self, SafeSocketHandle handle, FdInterest interest, int timeout, ref Deadline deadline, in FdMark mark)
    {
        if (deadline.Ticks == 0) deadline = timeout > 0 ? Deadline.In(timeout) : Deadline.Never;
        switch (FdWait.Wait(self, handle, (int)handle.DangerousGetHandle(), interest, deadline, mark))
        {
            case FdResult.Ready:
                return SocketError.Success;
            case FdResult.TimedOut:
                return SocketError.TimedOut;
            case FdResult.Closed:
                // Another owner of the same number may have closed its handle (ownsHandle: false): ours goes on.
                return handle.IsClosed ? SocketError.OperationAborted : SocketError.Success;
            case FdResult.Interrupted:
                self.RaisePending(Interrupts.Injected);
                return SocketError.Success;
            default:
                return Doze(self, deadline);
        }
    }

    /// <summary>The original is about to wait in the BCL's own queue: an exception thrown there would leave its operation at the head of the queue for ever.</summary>
    internal static void EnterQueue(Greenlet self) => self.NoRaise++;

    /// <summary>The original has returned, or thrown.</summary>
    internal static void LeaveQueue(Greenlet self) => self.NoRaise--;

    /// <summary>A wait in the BCL's queue that was interrupted ended as late, and took its operation back: now raise what came. What has succeeded stays so.</summary>
    internal static SocketError AfterQueue(Greenlet self, SocketError error)
    {
        if (error != SocketError.Success && self.HasPending) self.RaisePending();
        return error;
    }

    /// <summary>No events can be had for this descriptor (the kernel refuses it, or has no memory for it): looks again soon.</summary>
    internal static SocketError Doze(Greenlet self, Deadline deadline)
    {
        if (deadline.HasPassed) return SocketError.TimedOut;
        if (new Waiter(self, "a socket that has no events").Park(Deadline.In(1), Interrupts.Injected) == ParkResult.Interrupted) self.RaisePending(Interrupts.Injected);
        return SocketError.Success;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MakeNonBlocking(object context)
    {
        try
        {
            SocketInternals.SetHandleNonBlocking(context);
        }
        catch (ObjectDisposedException)
        {
            // The call itself finds the same and reports OperationAborted.
        }
        catch (SocketException)
        {
            // Not a valid descriptor any more: the call itself says so.
        }
    }
}
