namespace Patchy.Tests.Threading;

/// <summary>The BCL as it is, on kernel threads.</summary>
internal sealed class NativeSync : ISync
{
    public Thread Start(Action body)
    {
        var thread = new Thread(() => body()) { IsBackground = true };
        thread.StartNatively();
        return thread;
    }

    public bool Join(Thread thread, int milliseconds) => thread.Join(milliseconds);

    public ThreadState StateOf(Thread thread) => thread.ThreadState;

    public void Interrupt(Thread thread) => thread.Interrupt();

    public void Sleep(int milliseconds) => Thread.Sleep(milliseconds);

    public void Enter(object target) => Monitor.Enter(target);

    public bool TryEnter(object target, int milliseconds) => Monitor.TryEnter(target, milliseconds);

    public bool Wait(object target, int milliseconds) => Monitor.Wait(target, milliseconds);

    public void Pulse(object target) => Monitor.Pulse(target);

    public void PulseAll(object target) => Monitor.PulseAll(target);

    public bool WaitOne(WaitHandle handle, int milliseconds) => handle.WaitOne(milliseconds);

    public int WaitAny(WaitHandle[] handles, int milliseconds) => WaitHandle.WaitAny(handles, milliseconds);

    public bool WaitAll(WaitHandle[] handles, int milliseconds) => WaitHandle.WaitAll(handles, milliseconds);

    public bool SignalAndWait(WaitHandle toSignal, WaitHandle toWaitOn, int milliseconds) =>
        WaitHandle.SignalAndWait(toSignal, toWaitOn, milliseconds, false);

    public void Set(EventWaitHandle handle) => handle.Set();

    public int Release(Semaphore semaphore, int count) => semaphore.Release(count);

    public void ReleaseMutex(Mutex mutex) => mutex.ReleaseMutex();

    public void SpinOnce(ref SpinWait spinner, int sleep1Threshold) => spinner.SpinOnce(sleep1Threshold);
}
