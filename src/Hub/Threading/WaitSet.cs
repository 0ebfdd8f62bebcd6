using System.Threading;

namespace Patchy.Threading;

// Protocol of a wait set: everybody, greenlet or native thread, who is inside Monitor.Wait on one object.
// 1. A greenlet's node holds a Waiter; a native thread parks in the runtime's own queue and has a marker here, so that both kinds are
//    served in the order in which they came. Both queues are filled by the holder of the monitor, hence markers and native waiters stand
//    in the same order.
// 2. A pulse pops one node. A greenlet is woken; for a marker the runtime's Pulse is called, which wakes the first native waiter.
// 3. A greenlet's node stays until it holds the monitor again: a pulse that hits one whose time is up counts, and it reports true.
//    One that was interrupted as well passes the pulse on. So no pulse is lost.
// 4. The runtime takes a native waiter whose time is up out of its queue before it holds the monitor again, but its marker is still here.
//    A pulse that pops this marker wakes the next native waiter or nobody. Hence: a native waiter that was woken although its marker
//    was not popped counts as a debt; one whose marker was popped but which was not woken settles a debt, or else passes the pulse on: to a greenlet, or, while it holds the monitor, by a
//    native pulse to the native thread whose marker comes first (a marker that is popped without one would make that thread pass on a pulse that never was).
// 5. Everything is guarded by the bucket's latch (the monitor would do, but a native re-acquire can be interrupted and come back without it).
//    Waiters are woken after the latch has been left.

/// <summary>Those who wait for a pulse of one object.</summary>
internal sealed class WaitSet : IdentityEntry
{
    private static readonly IdentityTable s_sets = new();
    private static int s_inside;

    private WaitNode? _first;
    private WaitNode? _last;
    private int _inside;
    private int _debt;

    private WaitSet(object target) : base(target) { }

    /// <summary>False when nobody is inside Monitor.Wait on any object: the common case of a pulse.</summary>
    public static bool AnyInside => Volatile.Read(ref s_inside) != 0;

    /// <summary>Only the holder of the monitor: puts a node at the end; a null waiter makes it a marker of a native thread.</summary>
    public static WaitNode Join(object target, Waiter? waiter)
    {
        WaitNode node = new(waiter);
        ref IdentityTable.Bucket bucket = ref s_sets.BucketOf(target);
        Interlocked.Increment(ref s_inside);
        bucket.Latch.Enter();
        if (bucket.Find(target) is not WaitSet set)
        {
            set = new WaitSet(target);
            bucket.Add(set);
        }
        set._inside++;
        set.Append(node);
        node.Set = set;
        bucket.Latch.Exit();
        return node;
    }

    /// <summary>A greenlet that holds the monitor again: true when a pulse has hit it.</summary>
    public bool LeaveGreen(WaitNode node)
    {
        ref IdentityTable.Bucket bucket = ref s_sets.BucketOf(Target);
        bucket.Latch.Enter();
        bool pulsed = !node.IsQueued;
        if (!pulsed) Unlink(node);
        Forget(ref bucket);
        bucket.Latch.Exit();
        return pulsed;
    }

    /// <summary>
    /// A native thread whose wait is over. <paramref name="woken"/> is what the runtime's Wait returned; false when it threw. What is returned has got a pulse that was meant for the caller: wake it,
    /// or pulse natively when it is a marker, which it is only where <paramref name="holdsMonitor"/> allows that.
    /// </summary>
    public WaitNode? LeaveNative(WaitNode node, bool woken, bool holdsMonitor)
    {
        WaitNode? next = null;
        ref IdentityTable.Bucket bucket = ref s_sets.BucketOf(Target);
        bucket.Latch.Enter();
        if (node.IsQueued)
        {
            Unlink(node);
            if (woken) _debt++;
        }
        else if (!woken && !node.ByPulseAll)
        {
            if (_debt > 0) _debt--;
            else next = PopFirst(markersToo: holdsMonitor);
        }
        Forget(ref bucket);
        bucket.Latch.Exit();
        return next;
    }

    /// <summary>Only the holder of the monitor: pops the node that a pulse is for; null when nobody known waits.</summary>
    public static WaitNode? PopOne(object target)
    {
        ref IdentityTable.Bucket bucket = ref s_sets.BucketOf(target);
        bucket.Latch.Enter();
        WaitNode? node = (bucket.Find(target) as WaitSet)?.PopFirst(markersToo: true);
        bucket.Latch.Exit();
        return node;
    }

    /// <summary>Only the holder of the monitor: pops all nodes; they are linked by <see cref="WaitNode.After"/>.</summary>
    public static WaitNode? PopAll(object target)
    {
        ref IdentityTable.Bucket bucket = ref s_sets.BucketOf(target);
        bucket.Latch.Enter();
        WaitNode? head = null;
        if (bucket.Find(target) is WaitSet set)
        {
            head = set._first;
            for (WaitNode? node = head; node is not null; node = node.After)
            {
                node.IsQueued = false;
                node.ByPulseAll = true;
            }
            set._first = set._last = null;
        }
        bucket.Latch.Exit();
        return head;
    }

    private void Append(WaitNode node)
    {
        node.IsQueued = true;
        node.Before = _last;
        if (_last is { } last) last.After = node;
        else _first = node;
        _last = node;
    }

    private WaitNode? PopFirst(bool markersToo)
    {
        WaitNode? node = _first;
        while (node is { Waiter: null } && !markersToo) node = node.After;
        if (node is not null) Unlink(node);
        return node;
    }

    private void Unlink(WaitNode node)
    {
        if (node.Before is { } before) before.After = node.After;
        else _first = node.After;
        if (node.After is { } after) after.Before = node.Before;
        else _last = node.Before;
        node.Before = node.After = null;
        node.IsQueued = false;
    }

    private void Forget(ref IdentityTable.Bucket bucket)
    {
        if (--_inside == 0) bucket.Remove(this);
        Interlocked.Decrement(ref s_inside);
    }
}
