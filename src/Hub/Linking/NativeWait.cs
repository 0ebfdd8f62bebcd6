using System;
using System.Threading;

namespace Patchy.Linking;

// Life: Waiting -> Woken by Wake, or Waiting -> Over when the deadline passed or the thread was interrupted; one compare-and-swap decides.

/// <summary>A wait of a native thread, which blocks: what a <see cref="Waiter"/> is for a greenlet.</summary>
#pragma warning disable CA1001 // Block disposes of the gate, unless a waker may still be about to set it: then the finalizer does
internal class NativeWait : Link
#pragma warning restore CA1001
{
    private const int Waiting = 0;
    private const int Woken = 1;
    private const int Over = 2;

    private readonly ManualResetEvent _gate = new(false);
    private int _state;

    public NativeWait() : base(isNative: true) { }

    public override bool Wake()
    {
        if (Claim() == ClaimResult.Lost) return false;
        Resume();
        return true;
    }

    public override ClaimResult Claim() =>
        Interlocked.CompareExchange(ref _state, Woken, Waiting) == Waiting ? ClaimResult.MustResume : ClaimResult.Lost;

    public override void Resume() => _gate.Set();

    /// <summary>Only on the thread that made it. Woken or TimedOut.</summary>
    /// <exception cref="ThreadInterruptedException">Thread.Interrupt, as in every native wait; the wait is over then and counts as not woken.</exception>
    public ParkResult Block(Deadline deadline)
    {
        bool signaled = false;
        try
        {
#pragma warning disable RS0030 // no greenlet runs here: a patched WaitOne passes through to the original
            do signaled = _gate.WaitOne(deadline.RemainingMilliseconds);
            while (!signaled && !deadline.HasPassed);
#pragma warning restore RS0030
        }
        catch (ThreadInterruptedException) when (!TryEnd())
        {
            Thread.CurrentThread.Interrupt(); // it was woken as well: what was handed over counts, and the interrupt is for the next wait
        }
        ParkResult result = TryEnd() ? ParkResult.TimedOut : ParkResult.Woken;
        if (signaled || result == ParkResult.TimedOut) _gate.Dispose();
        return result;
    }

    internal override void Deliver(Hub hub) => throw new NotSupportedException();

    internal override void Fire(Hub hub) => throw new NotSupportedException();

    private bool TryEnd() => Interlocked.CompareExchange(ref _state, Over, Waiting) == Waiting;
}
