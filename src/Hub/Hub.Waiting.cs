using System.Runtime.CompilerServices;
using Patchy.Fibers;

namespace Patchy;

public sealed partial class Hub
{
    /// <summary>Only on a running greenlet: lets the others run and comes back. The counterpart of gevent.sleep(0).</summary>
    internal static void Yield() => Yield(Greenlet.Running!);

    /// <summary>As the other, for a caller that knows who it is.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    internal static void Yield(Greenlet self)
    {
        Hub hub = self.Hub;
        hub.Enter(self);
        self.OnLeavingCarrier();
        hub.Ready.Enqueue(self);
        Fiber target = hub.NextFiber(), own = self.Fiber!; // as SwitchAway, but nearly always with a switch: see SwitchHereTo
        if (!ReferenceEquals(target, own))
        {
            if (own is UserModeFiber user) user.SwitchHereTo(target);
            else own.SwitchTo(target);
        }
        self.Hold.Leave();
    }

    /// <summary>Only on a running greenlet: parks for the time; when interrupted, call RaisePending.</summary>
    internal static ParkResult Sleep(Deadline deadline) => new Waiter(Greenlet.Running!, "its sleep to end").Park(deadline);

    /// <summary>
    /// Only on a running greenlet: parks until at least one other greenlet of this hub has run, or the deadline passes. Costs nothing while
    /// everything sleeps.
    /// </summary>
    internal ParkResult ParkUntilOthersRan(Deadline deadline, object? awaited, bool interruptible)
    {
        Greenlet self = Greenlet.Running!;
        if (interruptible && self.HasPending) return ParkResult.Interrupted;
        if (deadline.HasPassed) return ParkResult.TimedOut;
        Enter(self);
        if (!Ready.IsEmpty)
        {
            self.OnLeavingCarrier();
            Ready.Enqueue(self);
            SwitchAway(self);
            self.Hold.Leave();
            return ParkResult.Woken;
        }
        var waiter = new Waiter(self, awaited);
        Bystanders.Add(waiter, SwitchCount);
        self.Hold.Leave();
        ParkResult result = waiter.Park(deadline, interruptible);
        if (result != ParkResult.Woken)
        {
            Enter(self);
            Bystanders.Remove(waiter);
            self.Hold.Leave();
        }
        return result;
    }
}
