namespace Patchy.Tests.Threading;

/// <summary>
/// The blocking calls of the BCL, either as they are or as replacements on greenlets. A body written against it runs in both worlds, and the
/// native one is the oracle of the other.
/// </summary>
internal interface ISync
{
    Thread Start(Action body);

    bool Join(Thread thread, int milliseconds = Timeout.Infinite);

    ThreadState StateOf(Thread thread);

    void Interrupt(Thread thread);

    void Sleep(int milliseconds);

    void Enter(object target);

    bool TryEnter(object target, int milliseconds);

    bool Wait(object target, int milliseconds = Timeout.Infinite);

    void Pulse(object target);

    void PulseAll(object target);

    bool WaitOne(WaitHandle handle, int milliseconds = Timeout.Infinite);

    int WaitAny(WaitHandle[] handles, int milliseconds = Timeout.Infinite);

    bool WaitAll(WaitHandle[] handles, int milliseconds = Timeout.Infinite);

    bool SignalAndWait(WaitHandle toSignal, WaitHandle toWaitOn, int milliseconds = Timeout.Infinite);

    void Set(EventWaitHandle handle);

    int Release(Semaphore semaphore, int count = 1);

    void ReleaseMutex(Mutex mutex);

    void SpinOnce(ref SpinWait spinner, int sleep1Threshold);
}
