using System;
using System.Runtime.CompilerServices;
using System.Threading;
using Patchy.Interop;

namespace Patchy.Scheduling;

// Protocol.
//  1. Any thread pushes with a compare-and-swap; the hub's loop takes the whole stack with one exchange and reverses it (FIFO).
//  2. Before it sleeps the loop sets _asleep, then looks at the stack once more (both sequentially consistent), then polls.
//  3. A producer pushes first and reads _asleep after; whoever turns _asleep from 1 to 0 writes the eventfd, so one sleep costs one wake.

/// <summary>The lock-free way into a hub from other threads.</summary>
internal sealed class Inbox
{
    private readonly EventFd _bell;
    private InboxNode? _top;
    private int _asleep;

    public Inbox(EventFd bell) => _bell = bell;

    public bool IsEmpty => Volatile.Read(ref _top) is null;

    public bool IsAsleep => Volatile.Read(ref _asleep) != 0;

    /// <summary>May be called from any thread.</summary>
    public void Post(InboxNode node)
    {
        InboxNode? top;
        do
        {
            top = Volatile.Read(ref _top);
            node.NextInInbox = top;
        }
        while (Interlocked.CompareExchange(ref _top, node, top) != top);
        Ring();
    }

    /// <summary>May be called from any thread: ends the loop's sleep, if it sleeps.</summary>
    public void Ring()
    {
        if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0) _bell.Signal();
    }

    /// <summary>May be called from any thread, for dumps: what is in it now, newest first, at most so many. The loop may take it out meanwhile.</summary>
    public void ForEach(Action<InboxNode> visit, int most)
    {
        InboxNode? node = Volatile.Read(ref _top);
        for (int i = 0; node is not null && i < most; i++, node = node.NextInInbox) visit(node);
    }

    /// <summary>Only on the hub's loop. False when something has come in meanwhile: do not sleep.</summary>
    public bool TryFallAsleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        if (IsEmpty) return true;
        Interlocked.Exchange(ref _asleep, 0);
        return false;
    }

    /// <summary>Only on the hub's loop, after its sleep.</summary>
    public void WakeUp() => Volatile.Write(ref _asleep, 0);

    /// <summary>Only on the hub's loop: delivers everything that has come in, oldest first.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public void Drain(Hub hub)
    {
        if (IsEmpty) return;
        for (InboxNode? node = TakeAll(); node is not null;)
        {
            InboxNode delivered = node;
            node = delivered.NextInInbox;
            delivered.NextInInbox = null; // before Deliver: it may be posted again at once
            delivered.Deliver(hub);
        }
    }

    /// <summary>May be called from any thread, once the hub is over: what has come in gets its refusal.</summary>
    public void Reject(Hub hub)
    {
        for (InboxNode? node = TakeAll(); node is not null;)
        {
            InboxNode rejected = node;
            node = rejected.NextInInbox;
            rejected.NextInInbox = null;
            rejected.Reject(hub);
        }
    }

    /// <summary>The oldest first.</summary>
    private InboxNode? TakeAll()
    {
        InboxNode? taken = Interlocked.Exchange(ref _top, null);
        InboxNode? oldest = null;
        while (taken is not null)
        {
            InboxNode? next = taken.NextInInbox;
            taken.NextInInbox = oldest;
            oldest = taken;
            taken = next;
        }
        return oldest;
    }
}
