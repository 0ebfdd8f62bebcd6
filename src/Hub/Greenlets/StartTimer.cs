using System;
using System.Threading;

namespace Patchy.Scheduling;

// Protocol.
//  1. The timer is set and taken out on the hub's carrier only; other threads post it there. One that fires after its greenlet was killed queues nothing.
//  2. A killer takes the greenlet's start first (_phase), then looks for the timer. Whoever sets it has made it known before, and looks whether the start was taken. So one of them sees the other.

/// <summary>The time after which a greenlet starts.</summary>
internal sealed class StartTimer(Greenlet greenlet, Deadline deadline) : TimerNode
{
    private int _cancelled;

    internal override Greenlet Subject => greenlet;

    /// <summary>May be called from any thread, once.</summary>
    /// <exception cref="HubDestroyedException">The hub is no more.</exception>
    public void Set()
    {
        if (!TryOnCarrier(static (timer, hub) => timer.Add(hub))) greenlet.Hub.Admit(this);
    }

    /// <summary>May be called from any thread: the greenlet does not start any more, and the heap does not hold it until its time.</summary>
    public void Cancel()
    {
        Interlocked.Exchange(ref _cancelled, 1);
        if (!TryOnCarrier(static (timer, hub) => hub.Timers.Remove(timer)))
            greenlet.Hub.RunCallback(static timer => Hub.Current.Timers.Remove((StartTimer)timer!), this);
    }

    internal override void Fire(Hub hub)
    {
        if (Volatile.Read(ref _cancelled) == 0 && !greenlet.Dead) hub.MakeReadyEntered(greenlet);
    }

    internal override void Deliver(Hub hub) => Add(hub);

    internal override void Reject(Hub hub) => greenlet.Kill(new GreenletExit("Its hub was destroyed before it could start."), block: false);

    private void Add(Hub hub)
    {
        Interlocked.MemoryBarrier(); // rule 2
        if (Volatile.Read(ref _cancelled) == 0 && !greenlet.IsStartCancelled && !deadline.IsNever) hub.Timers.Add(this, deadline.Ticks);
    }

    private bool TryOnCarrier(Action<StartTimer, Hub> change)
    {
        Hub hub = greenlet.Hub;
        if (Greenlet.Running is not { } self || self.Hub != hub) return false;
        hub.Enter(self);
        change(this, hub);
        self.Hold.Leave();
        return true;
    }
}
