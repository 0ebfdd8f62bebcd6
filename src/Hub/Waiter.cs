using System;
using System.Runtime.CompilerServices;
using System.Threading;
using Patchy.Linking;

namespace Patchy;

// Life of a wait. Each arrow is one compare-and-swap; the last state never changes, so exactly one party decides the wait.
//
//   New    -> Woken        Wake before Park: Park returns at once (the permit)
//   New    -> Parked       Park
//   Parked -> Woken        Wake, from any thread; the one that swaps makes the greenlet ready
//   Parked -> TimedOut     the timer heap, on the loop
//   Parked -> Interrupted  a kill, a timeout or Thread.Interrupt
//
// Park publishes itself as the greenlet's current wait before it becomes Parked and looks for pending interrupts after; whoever interrupts
// records the interrupt first and looks for the current wait after. So an interrupt is never missed.

/// <summary>
/// One wait of one greenlet: a one-shot rendezvous with a permit. Wake before Park is safe: Park then returns at once.
/// </summary>
internal class Waiter : Link
{
    private const int New = -2;
    private const int Parked = -1;

    private int _state = New;

    /// <summary>A wait of <paramref name="greenlet"/>, the one that runs now; <paramref name="awaited"/> is shown in dumps (an object, or a short string).</summary>
    public Waiter(Greenlet greenlet, object? awaited)
    {
        Greenlet = greenlet;
        Awaited = awaited;
    }

    /// <summary>The greenlet that waits.</summary>
    public Greenlet Greenlet { get; private set; }

    /// <summary>What it waits for.</summary>
    public object? Awaited { get; private protected init; }

    /// <summary>Since when it is parked, on the clock of Environment.TickCount64, or some 20 ms less (<see cref="HubMonitor.Now"/>); 0 before.</summary>
    public long ParkedSince { get; private set; }

    /// <summary>What may interrupt this wait; set by Park.</summary>
    public Interrupts Accepts { get; private set; }

    /// <summary>True while it is parked and undecided. May be called from any thread: an old or a new answer.</summary>
    public bool IsParked => Volatile.Read(ref _state) == Parked;

    /// <summary>True once the wait is decided.</summary>
    public bool IsDecided => Volatile.Read(ref _state) >= 0;

    /// <summary>Only on the greenlet itself: waits until woken, interrupted or late. Never throws.</summary>
    /// <param name="deadline">When to give up.</param>
    /// <param name="interruptible">False where the BCL's own call could not be interrupted, for instance the re-acquire of a monitor.</param>
    [MethodImpl(HotPath.CompiledOnce)]
    public ParkResult Park(Deadline deadline, bool interruptible = true) => Park(deadline, interruptible ? Interrupts.All : Interrupts.None);

    /// <summary>As the other, for a wait that only some interrupts may end.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public ParkResult Park(Deadline deadline, Interrupts accepts)
    {
        Greenlet self = Greenlet;
        Hub hub = self.Hub;
        Accepts = accepts;
        hub.Enter(self);
        self.CurrentWait = this;
        if (Interlocked.CompareExchange(ref _state, Parked, New) == New)
        {
            bool decidedHere = ((self.PendingInterrupts & accepts) != 0 && TryDecide(ParkResult.Interrupted))
                || (deadline.HasPassed && TryDecide(ParkResult.TimedOut));
            if (!decidedHere)
            {
                if (!deadline.IsNever) hub.Timers.Add(this, deadline.Ticks);
                ParkedSince = HubMonitor.Now;
                self.OnLeavingCarrier();
                hub.SwitchAway(self);
                if (!deadline.IsNever) hub.Timers.Remove(this);
            }
        }
        self.CurrentWait = null;
        self.Hold.Leave();
        return (ParkResult)Volatile.Read(ref _state);
    }

    /// <summary>
    /// Ends the wait. May be called from any thread, any number of times. True when this call decided the wait: what was handed over has been
    /// taken. False when the wait was already over (timed out, interrupted, woken): give it to another waiter.
    /// </summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public override bool Wake()
    {
        ClaimResult claim = Claim();
        if (claim == ClaimResult.MustResume) Resume();
        return claim != ClaimResult.Lost;
    }

    /// <inheritdoc/>
    [MethodImpl(HotPath.CompiledOnce)]
    public override ClaimResult Claim()
    {
        while (true)
        {
            int was = Interlocked.CompareExchange(ref _state, (int)ParkResult.Woken, Parked);
            if (was == Parked) return ClaimResult.MustResume;
            if (was != New) return ClaimResult.Lost;
            if (Interlocked.CompareExchange(ref _state, (int)ParkResult.Woken, New) == New) return ClaimResult.Claimed; // the permit
        }
    }

    /// <inheritdoc/>
    [MethodImpl(HotPath.CompiledOnce)]
    public override void Resume() => Greenlet.Hub.MakeReady(Greenlet, this);

    /// <summary>May be called from any thread: ends the wait for an interrupt that has been recorded. False when it was over, or has not parked yet.</summary>
    public bool Interrupt() => EndPark(ParkResult.Interrupted);

    /// <summary>
    /// Makes it a new wait of <paramref name="greenlet"/>. Only when the old one has ended as Woken, and whoever woke it is known not to touch it any more.
    /// An interrupt that was meant for the old wait may still come: it ends the new one as Interrupted with nothing to raise.
    /// </summary>
    private protected void Rearm(Greenlet greenlet)
    {
        Greenlet = greenlet;
        _state = New;
    }

    internal override void Deliver(Hub hub) => hub.MakeReadyEntered(Greenlet);

    internal override void Fire(Hub hub)
    {
        if (TryDecide(ParkResult.TimedOut)) hub.MakeReadyEntered(Greenlet);
    }

    private bool EndPark(ParkResult result)
    {
        if (!TryDecide(result)) return false;
        Greenlet.Hub.MakeReady(Greenlet, this);
        return true;
    }

    private bool TryDecide(ParkResult result) => Interlocked.CompareExchange(ref _state, (int)result, Parked) == Parked;
}
