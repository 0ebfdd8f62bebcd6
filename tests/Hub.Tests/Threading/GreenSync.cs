using System.Runtime.CompilerServices;
using Patchy.Threading;

namespace Patchy.Tests.Threading;

/// <summary>
/// The replacements, called directly: nothing is patched. On a greenlet it is what a patched program gets; on a native thread it is what native
/// threads of a patched process get. Threads are started as a patched Thread.Start would: green on a hub, native elsewhere.
/// </summary>
internal sealed class GreenSync : ISync
{
    public Thread Start(Action body)
    {
        var thread = new Thread(() => body()) { IsBackground = true };
        CooperativeThread.Start(thread);
        return thread;
    }

    public bool Join(Thread thread, int milliseconds = Timeout.Infinite) => CooperativeThread.Join(thread, milliseconds);

    public ThreadState StateOf(Thread thread) => CooperativeThread.GetThreadState(thread);

    public void Interrupt(Thread thread) => CooperativeThread.Interrupt(thread);

    public void Sleep(int milliseconds) => CooperativeSleep.Sleep(milliseconds);

    // As Monitor.Enter: the slow path is entered only when the lock is not free. Its frame has to stay, as a user's does: a tail call would leave nobody but the framework to be asked whose lock it is.
    [MethodImpl(MethodImplOptions.NoOptimization)]
    public void Enter(object target)
    {
        if (!Monitor.TryEnter(target)) CooperativeMonitorEnter.Enter(target);
    }

    public bool TryEnter(object target, int milliseconds)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (milliseconds >= Timeout.Infinite && Monitor.TryEnter(target)) return true;
        return CooperativeMonitorEnter.TryEnter(target, milliseconds);
    }

    public bool Wait(object target, int milliseconds = Timeout.Infinite) => CooperativeMonitorWait.Wait(target, milliseconds);

    public void Pulse(object target) => CooperativeMonitorWait.Pulse(target);

    public void PulseAll(object target) => CooperativeMonitorWait.PulseAll(target);

    public bool WaitOne(WaitHandle handle, int milliseconds = Timeout.Infinite)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(milliseconds, Timeout.Infinite);
        return CooperativeWaitHandle.WaitOneNoCheck(handle, milliseconds, false, null, 0);
    }

    public int WaitAny(WaitHandle[] handles, int milliseconds)
    {
        ArgumentNullException.ThrowIfNull(handles);
        return CooperativeWaitHandle.WaitMultiple(handles, false, milliseconds);
    }

    public bool WaitAll(WaitHandle[] handles, int milliseconds)
    {
        ArgumentNullException.ThrowIfNull(handles);
        return CooperativeWaitHandle.WaitMultiple(handles, true, milliseconds) != WaitHandle.WaitTimeout;
    }

    public bool SignalAndWait(WaitHandle toSignal, WaitHandle toWaitOn, int milliseconds) =>
        CooperativeWaitHandle.SignalAndWait(toSignal, toWaitOn, milliseconds);

    public void Set(EventWaitHandle handle)
    {
        if (!CooperativeHandleSignals.SetEvent(handle.SafeWaitHandle)) throw new InvalidOperationException("SetEvent failed.");
    }

    public int Release(Semaphore semaphore, int count = 1)
    {
        if (!CooperativeHandleSignals.ReleaseSemaphore(semaphore.SafeWaitHandle, count, out int previous)) throw new SemaphoreFullException();
        return previous;
    }

    public void ReleaseMutex(Mutex mutex)
    {
        if (!CooperativeHandleSignals.ReleaseMutex(mutex.SafeWaitHandle)) throw new ApplicationException("not the owner");
    }

    public void SpinOnce(ref SpinWait spinner, int sleep1Threshold)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sleep1Threshold, -1);
        CooperativeSpinWait.SpinOnceCore(ref spinner, sleep1Threshold is >= 0 and < 10 ? 10 : sleep1Threshold);
    }
}
