using System;
using System.Reflection;
using System.Threading;

namespace Patchy.Threading;

/// <summary>Thread.Start, Join, Interrupt and the properties by which user code can tell how a thread is doing.</summary>
internal static unsafe class CooperativeThread
{
    private const ThreadState AliveMask = ThreadState.Unstarted | ThreadState.Stopped | ThreadState.Aborted;

    internal static delegate*<Thread, void> StartOriginal = (delegate*<Thread, void>)Entry("StartCore");
    internal static delegate*<Thread, int, bool> JoinOriginal = (delegate*<Thread, int, bool>)Entry("Join", typeof(int));
    internal static delegate*<Thread, void> InterruptOriginal = (delegate*<Thread, void>)Entry("Interrupt");
    internal static delegate*<Thread, ThreadState> GetThreadStateOriginal = (delegate*<Thread, ThreadState>)Entry("get_ThreadState");
    internal static delegate*<Thread, bool> GetIsBackgroundOriginal = (delegate*<Thread, bool>)Entry("get_IsBackground");
    internal static delegate*<Thread, bool, void> SetIsBackgroundOriginal = (delegate*<Thread, bool, void>)Entry("set_IsBackground", typeof(bool));

    internal static delegate*<Thread, ThreadPriority> GetPriorityOriginal = (delegate*<Thread, ThreadPriority>)Entry("get_Priority");
    internal static delegate*<Thread, ThreadPriority, void> SetPriorityOriginal = (delegate*<Thread, ThreadPriority, void>)Entry("set_Priority", typeof(ThreadPriority));

    /// <summary>
    /// For Thread.StartCore, that is, for Start and UnsafeStart with and without an argument: a thread started on a hub's thread becomes green; one of
    /// the framework's own, or started anywhere else, stays native.
    /// </summary>
    internal static void Start(Thread thread)
    {
        if (GreenThread.TryStart(thread)) return;
        if (UnstartedInterrupts.Take(thread)) InterruptOriginal(thread);
        StartOriginal(thread);
    }

    /// <summary>For Thread.Join(int), and so for Join() and Join(TimeSpan).</summary>
    internal static bool Join(Thread thread, int millisecondsTimeout)
    {
        if (Greenlet.Running is not { } self || millisecondsTimeout is 0 or < Timeout.Infinite) return JoinOriginal(thread, millisecondsTimeout);
        if ((GetThreadStateOriginal(thread) & AliveMask) != 0) return SlotThreadJoin.JoinNatively(thread, millisecondsTimeout); // over at once: true, or ThreadStateException
        Deadline deadline = Deadline.In(millisecondsTimeout);
        if (ReferenceEquals(self.Thread, thread)) return JoinOneself(deadline, self);
        if (GreenThread.Of(thread) is { } green)
        {
            // Its body is over, then its thread ends natively in some microseconds: joined natively, so that IsAlive is false afterwards.
            return green.WaitForEnd(deadline) && SlotThreadJoin.JoinNatively(thread, Timeout.Infinite);
        }
        return NativeEnd.Wait(self, thread, deadline);
    }

    /// <summary>For Thread.Interrupt: a green thread is interrupted where it waits, or at its next wait.</summary>
    internal static void Interrupt(Thread thread)
    {
        if (GreenThread.OwnerOf(thread) is { } greenlet && !greenlet.Dead) greenlet.InterruptThread();
        else if ((GetThreadStateOriginal(thread) & ThreadState.Unstarted) != 0) UnstartedInterrupts.Add(thread);
        else InterruptOriginal(thread);
    }

    /// <summary>For Thread.ThreadState: what the runtime would say of a native thread that does the same.</summary>
    internal static ThreadState GetThreadState(Thread thread)
    {
        ThreadState state = GetThreadStateOriginal(thread);
        if ((state & AliveMask) != 0 || GreenThread.OwnerOf(thread) is not { } greenlet) return state;
        if (greenlet is GreenThread green) state = green.IsBackground ? state | ThreadState.Background : state & ~ThreadState.Background;
        return greenlet.CurrentWait is null ? state : state | ThreadState.WaitSleepJoin;
    }

    /// <summary>For the getter of Thread.IsBackground.</summary>
    internal static bool GetIsBackground(Thread thread) =>
        GreenThread.Of(thread) is { } green && (GetThreadStateOriginal(thread) & AliveMask) == 0 ? green.IsBackground : GetIsBackgroundOriginal(thread);

    /// <summary>For the setter of Thread.IsBackground: for the runtime every green thread is background, whatever the user says.</summary>
    internal static void SetIsBackground(Thread thread, bool value)
    {
        if (GreenThread.Of(thread) is { } green && (GetThreadStateOriginal(thread) & AliveMask) == 0) green.IsBackground = value;
        else SetIsBackgroundOriginal(thread, value);
    }

    /// <summary>For the getter of Thread.Priority.</summary>
    internal static ThreadPriority GetPriority(Thread thread) =>
        GreenThread.Of(thread) is { } green && (GetThreadStateOriginal(thread) & AliveMask) == 0 ? green.Priority : GetPriorityOriginal(thread);

    /// <summary>For the setter of Thread.Priority: the original would ask the kernel for a thread that a fiber has not got.</summary>
    internal static void SetPriority(Thread thread, ThreadPriority value)
    {
        bool isValid = value is >= ThreadPriority.Lowest and <= ThreadPriority.Highest;
        if (isValid && GreenThread.Of(thread) is { } green && (GetThreadStateOriginal(thread) & AliveMask) == 0) green.Priority = value;
        else SetPriorityOriginal(thread, value);
    }

    private static bool JoinOneself(Deadline deadline, Greenlet self)
    {
        ParkResult result;
        do
        {
            result = new Waiter(self, "its own end").Park(deadline, self.NoRaise == 0); // as natively: for ever, or until the timeout
            if (result == ParkResult.Interrupted) self.RaisePending();
        }
        while (result != ParkResult.TimedOut);
        return false;
    }

    private static nint Entry(string name, params Type[] parameters) =>
        typeof(Thread).GetMethod(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, parameters)!.MethodHandle.GetFunctionPointer();
}
