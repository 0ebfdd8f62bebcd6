using System.Threading;
using Patchy.Linking;

namespace Patchy.Queues;

// Order, as in gevent: when a put and a get meet, the getter is the next of the two to run and the putter comes after it, whichever came first; the one that
// came second gives up its turn for that. Putters or getters are parked, never both: whoever comes meets the first of the others under the latch.

/// <summary>
/// A queue without room: a put waits until somebody gets the item, so that the two meet. It always counts as empty and as full. The counterpart of gevent.queue.Channel.
/// </summary>
/// <typeparam name="T">Type of the items.</typeparam>
public sealed class Channel<T> : QueueBase<T>
{
    /// <summary>0: nothing is ever in it.</summary>
    public override int Count => 0;

    /// <summary>True.</summary>
    public override bool IsEmpty => true;

    /// <summary>True.</summary>
    public override bool IsFull => true;

    /// <summary>The number of putters that wait less that of the getters that wait. The counterpart of gevent's <c>balance</c>. May be called from any thread.</summary>
    public int Balance
    {
        get
        {
            Latch.Enter();
            int balance = Putters.Count - Getters.Count;
            Latch.Exit();
            return balance;
        }
    }

    internal override QueueOutcome PutCore(T item, Deadline deadline, bool mayWait)
    {
        Greenlet? self = null;
        NativeItemWait<T>? native = null;
        if (mayWait && !CanWait(out self, out native)) mayWait = false;
        while (true)
        {
            Latch.Enter();
            if (IsShutDown) break;
            while (Getters.TakeFirst() is { } getter)
            {
                ref ItemSlot<T> slot = ref SlotOf(getter);
                slot.Item = item;
                slot.Outcome = ItemOutcome.Done;
                ClaimResult claim = getter.Claim();
                if (claim == ClaimResult.Lost) continue;
                Latch.Exit();
                if (claim == ClaimResult.MustResume) Meet(self, getter, getterIsSelf: false);
                return QueueOutcome.Done;
            }
            if (!mayWait) break;
            Link link = LinkFor(self, native);
            SlotOf(link).Item = item;
            Putters.Append(link);
            Latch.Exit();
            ParkResult result = Await(ref link, Putters, deadline);
            if (result == ParkResult.Woken) return End(link, out _);
            if (result == ParkResult.TimedOut) return QueueOutcome.NotNow;
        }
        return Refuse();
    }

    internal override QueueOutcome TakeCore(bool peek, Deadline deadline, bool mayWait, out T item)
    {
        Greenlet? self = null;
        NativeItemWait<T>? native = null;
        item = default!;
        if (mayWait && !CanWait(out self, out native)) mayWait = false;
        while (true)
        {
            Latch.Enter();
            if (IsShutDown) break;
            while (Putters.TakeFirst() is { } putter)
            {
                ref ItemSlot<T> slot = ref SlotOf(putter);
                item = slot.Item;
                slot.Outcome = ItemOutcome.Done;
                ClaimResult claim = putter.Claim();
                if (claim == ClaimResult.Lost) continue;
                Latch.Exit();
                if (claim == ClaimResult.MustResume) Meet(self, putter, getterIsSelf: true);
                return QueueOutcome.Done;
            }
            if (!mayWait) break;
            Link link = LinkFor(self, native);
            Getters.Append(link);
            Latch.Exit();
            ParkResult result = Await(ref link, Getters, deadline);
            if (result == ParkResult.Woken) return End(link, out item);
            if (result == ParkResult.TimedOut) return QueueOutcome.NotNow;
        }
        item = default!;
        return Refuse();
    }

    private protected override string Describe() => "a channel";

    /// <summary>The latch is taken.</summary>
    private QueueOutcome Refuse()
    {
        bool ended = IsShutDown;
        Latch.Exit();
        return ended ? QueueOutcome.ShutDown : QueueOutcome.NotNow;
    }

    private QueueOutcome End(Link link, out T item)
    {
        ItemSlot<T> slot = SlotOf(link);
        GiveBack(link);
        item = slot.Item;
        return slot.Outcome == ItemOutcome.ShutDown ? QueueOutcome.ShutDown : QueueOutcome.Done;
    }

    /// <summary>Both go on: on one hub the getter first, then the putter. A call that must not wait, and one of another thread, just resumes the other.</summary>
    private static void Meet(Greenlet? self, Link other, bool getterIsSelf)
    {
        if (self is null || other is not Waiter waiter || waiter.Greenlet.Hub != self.Hub)
        {
            other.Resume();
            return;
        }
        Hub hub = self.Hub;
        hub.Enter(self);
        if (getterIsSelf) hub.Ready.Enqueue(self);
        other.Resume();
        if (!getterIsSelf) hub.Ready.Enqueue(self);
        self.OnLeavingCarrier();
        hub.SwitchAway(self);
        self.Hold.Leave();
    }
}
