using System.Threading;

namespace Patchy.Threading;

// Life: Closed -> Open (the greenlet escapes into a wait on a real lock) -> Closed, or Open -> Sending -> Sent (somebody interrupts it) -> Closed.

/// <summary>
/// Lets an interrupt reach a greenlet that waits natively for a real lock: the runtime's own Thread.Interrupt, which must neither come too late
/// (it would hit the thread's next native wait) nor get lost.
/// </summary>
internal struct NativeInterrupt
{
    private const int Closed = 0;
    private const int Open = 1;
    private const int Sending = 2;
    private const int Sent = 3;
    private int _state;

    /// <summary>Only on the greenlet, after End: an interrupt was passed on into the wait that is over. It may have nothing to raise any more.</summary>
    public bool WasSent { get; private set; }

    /// <summary>Only on the greenlet: from now on an interrupt is passed on.</summary>
    public void Begin()
    {
        WasSent = false;
        Interlocked.Exchange(ref _state, Open);
    }

    /// <summary>May be called from any thread.</summary>
    public unsafe void Send(Thread thread)
    {
        if (Interlocked.CompareExchange(ref _state, Sending, Open) != Open) return;
        CooperativeThread.InterruptOriginal(thread);
        Volatile.Write(ref _state, Sent);
    }

    /// <summary>Only on the greenlet, still on its own kernel thread: an interrupt that the wait has not consumed is consumed here.</summary>
    public unsafe void End()
    {
        if (Interlocked.CompareExchange(ref _state, Closed, Open) == Open) return;
        WasSent = true;
        while (Volatile.Read(ref _state) != Sent) Thread.SpinWait(1);
        Volatile.Write(ref _state, Closed);
        try
        {
            CooperativeSleep.SleepOriginal(1); // the shortest native call that an interrupt ends
        }
        catch (ThreadInterruptedException)
        {
            // that was it; what it stands for is still recorded with the greenlet
        }
    }
}
