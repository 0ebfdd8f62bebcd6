using System;
using System.Threading;

namespace Patchy.Threading;

// How a greenlet waits for kernel-style handles (WaitHandle and what derives from it).
// 1. The original is asked first with a timeout of 0: it checks the arguments, throws what is to be thrown, and takes a signal that is there.
// 2. Events and semaphores: register, try once more, park; whoever signals takes the signal for the waiter (HandleTable).
// 3. All of several handles: notified at each signal, tries all of them at once again.
// 4. Mutexes and handles of other classes: waiting greenlets stand in a line for the handle; the first one looks again at each
//    ReleaseMutex for a moment and then waits natively on a kernel thread of its own, since another process (a named mutex), a thread that
//    ends (an abandoned one) or native code can free it unseen.
// 5. A synchronization context that wants to be told of waits is told, by the original; its WaitHelper is cooperative too.

/// <summary>Stands in for the places where WaitOne, WaitAny, WaitAll, SignalAndWait and SynchronizationContext.WaitHelper wait.</summary>
internal static unsafe class CooperativeWaitHandle
{
    private const int WaitTimeout = WaitHandle.WaitTimeout;
    private const int MaximumHandles = 64;

    internal static delegate*<WaitHandle, int, bool, object?, byte, bool> WaitOneNoCheckOriginal =
        (delegate*<WaitHandle, int, bool, object?, byte, bool>)OriginalMethod.Of(typeof(WaitHandle), "WaitOneNoCheck", 4);

    internal static delegate*<ReadOnlySpan<WaitHandle>, bool, int, int> WaitMultipleOriginal =
        (delegate*<ReadOnlySpan<WaitHandle>, bool, int, int>)OriginalMethod.Of(
            typeof(WaitHandle), "WaitMultiple", typeof(ReadOnlySpan<WaitHandle>), typeof(bool), typeof(int));

    internal static delegate*<WaitHandle, WaitHandle, int, bool> SignalAndWaitOriginal =
        (delegate*<WaitHandle, WaitHandle, int, bool>)OriginalMethod.Of(
            typeof(WaitHandle), "SignalAndWait", typeof(WaitHandle), typeof(WaitHandle), typeof(int));

    internal static delegate*<nint[], bool, int, int> WaitHelperOriginal =
        (delegate*<nint[], bool, int, int>)OriginalMethod.Of(
            typeof(SynchronizationContext), "WaitHelper", typeof(nint[]), typeof(bool), typeof(int));

    /// <summary>WaitHandle.WaitOneNoCheck(int, bool, object, WaitHandleWaitSourceMap).</summary>
    internal static bool WaitOneNoCheck(WaitHandle self, int millisecondsTimeout, bool useTrivialWaits, object? associatedObject, byte waitSource)
    {
        if (Greenlet.Running is not { } greenlet || (!useTrivialWaits && IsContextNotified()))
        {
            return millisecondsTimeout != 0 && Hub.IsLoopHere && WaitingLock.OfThisThread() is { } target
                ? CallbackLock.WaitForLock(target, self, millisecondsTimeout, useTrivialWaits, associatedObject, waitSource)
                : WaitOneNoCheckOriginal(self, millisecondsTimeout, useTrivialWaits, associatedObject, waitSource);
        }
        if (!useTrivialWaits && (greenlet.PendingInterrupts & Interrupts.ThreadInterrupt) != 0 && !HandleParking.IsLockThatMayBeFrameworks())
            greenlet.RaisePending(Interrupts.ThreadInterrupt); // natively it comes before a signal, and before a timeout of 0
        if (millisecondsTimeout == 0) return WaitOneNoCheckOriginal(self, 0, useTrivialWaits, associatedObject, waitSource);
        if (WaitOneNoCheckOriginal(self, 0, useTrivialWaits, associatedObject, waitSource)) return true;
        return WaitOne(greenlet, self, Deadline.In(millisecondsTimeout), interruptible: !useTrivialWaits);
    }

    /// <summary>WaitHandle.WaitMultiple(ReadOnlySpan&lt;WaitHandle&gt;, bool, int).</summary>
    internal static int WaitMultiple(ReadOnlySpan<WaitHandle> handles, bool waitAll, int millisecondsTimeout)
    {
        if (Greenlet.Running is not { } greenlet || millisecondsTimeout < Timeout.Infinite || IsContextNotified())
            return WaitMultipleOriginal(handles, waitAll, millisecondsTimeout);
        greenlet.RaisePending(Interrupts.ThreadInterrupt); // as in WaitOneNoCheck
        if (millisecondsTimeout == 0) return WaitMultipleOriginal(handles, waitAll, 0);
        int first = WaitMultipleOriginal(handles, waitAll, 0);
        if (first != WaitTimeout) return first;
        Deadline deadline = Deadline.In(millisecondsTimeout);
        WaitHandle[] copy = handles.ToArray();
        ReferencedHandles open = new(copy);
        try
        {
            if (!HandleKinds.AreObservable(copy)) return UnobservableWait.ForMany(greenlet, copy, open.Values, waitAll, deadline);
            if (waitAll && copy.Length > 1) return WaitAll(greenlet, copy, open.Values, deadline);
            int index = HandleParking.WaitAny(greenlet, open.Values, deadline, copy, interruptible: true);
            return index < 0 ? WaitTimeout : index;
        }
        finally
        {
            open.Release();
        }
    }

    /// <summary>WaitHandle.SignalAndWait(WaitHandle, WaitHandle, int).</summary>
    internal static bool SignalAndWait(WaitHandle toSignal, WaitHandle toWaitOn, int millisecondsTimeout)
    {
        // Signal, and a wait of 0 ms; wrong arguments and handles throw here, before anything is signalled. Then greenlets that wait for
        // the first handle are served, which a native thread must do too, and before it sleeps.
        if (toSignal is null || toWaitOn is null || millisecondsTimeout < Timeout.Infinite)
            return SignalAndWaitOriginal(toSignal!, toWaitOn!, millisecondsTimeout);
        Greenlet.Running?.RaisePending(Interrupts.ThreadInterrupt); // natively it comes before anything is signalled
        bool signalled = SignalAndWaitOriginal(toSignal, toWaitOn, 0);
        HandleTable.Signalled(toSignal.SafeWaitHandle.DangerousGetHandle());
        if (signalled || millisecondsTimeout == 0) return signalled;
        return Greenlet.Running is { } greenlet
            ? WaitOne(greenlet, toWaitOn, Deadline.In(millisecondsTimeout), interruptible: true)
            : WaitOneNoCheckOriginal(toWaitOn, millisecondsTimeout, false, null, 0);
    }

    /// <summary>SynchronizationContext.WaitHelper(nint[], bool, int): of these handles nothing but their values is known.</summary>
    internal static int WaitHelper(nint[] handles, bool waitAll, int millisecondsTimeout)
    {
        if (Greenlet.Running is not { } greenlet || handles is null || handles.Length is 0 or > MaximumHandles || millisecondsTimeout == 0)
            return WaitHelperOriginal(handles!, waitAll, millisecondsTimeout);
        int first = WaitHelperOriginal(handles, waitAll, 0);
        return first != WaitTimeout ? first : UnobservableWait.ForValues(greenlet, handles, waitAll, Deadline.In(millisecondsTimeout));
    }

    private static bool WaitOne(Greenlet greenlet, WaitHandle handle, Deadline deadline, bool interruptible)
    {
        ReferencedHandles open = new([handle]);
        try
        {
            return HandleKinds.IsObservable(handle)
                ? HandleParking.WaitAny(greenlet, open.Values, deadline, handle, interruptible) >= 0
                : UnobservableWait.ForOne(greenlet, handle, open.Values, deadline);
        }
        finally
        {
            open.Release();
        }
    }

    private static int WaitAll(Greenlet greenlet, WaitHandle[] handles, nint[] values, Deadline deadline)
    {
        while (true)
        {
            ParkResult result = HandleParking.AwaitSignal(
                greenlet, values, deadline, handles, handles, static all => WaitMultipleOriginal(all, true, 0) != WaitTimeout, out bool taken);
            if (taken) return 0;
            if (result == ParkResult.TimedOut) return WaitTimeout;
            if (result == ParkResult.Interrupted) greenlet.RaisePending();
        }
    }

    private static bool IsContextNotified() => SynchronizationContext.Current is { } context && context.IsWaitNotificationRequired();
}
