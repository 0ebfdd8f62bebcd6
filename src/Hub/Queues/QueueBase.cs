using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading;
using Patchy.Linking;
using Patchy.Threading;

namespace Patchy.Queues;

// Protocol.
//  1. What a queue holds, who waits for it and whether it is shut down change under the latch, together: an item is in the queue, or with one getter, or
//     still with its putter. Nobody is resumed under the latch.
//  2. Who hands something to a parked link takes the link out of its list and claims it, both under the latch. A link that has lost its claim (late,
//     interrupted) was not given anything. So a wait that does not end as Woken has not happened, and one that does has, whatever is to be raised later.
//  3. A getter's slot is written before the claim: a getter that had not parked yet goes on as soon as it is claimed. A putter reads its slot under the latch.
//  4. One link of a greenlet is kept for its next wait. It comes back only after a wait that ended as Woken: it is in no list then, and who woke it has
//     taken it out of the list, claimed and resumed it, and does not touch it after that (Waiter.Resume hands it to the hub last of all).

/// <summary>
/// What all queues have in common: greenlets and threads put items in and get items out, and wait for each other. Those that wait are served first come,
/// first served. On a greenlet a wait parks it; on a native thread without a hub it blocks that thread; in a callback of the hub nothing can wait, so that a
/// get finds an item, a put finds a place, or they throw at once. Iterating (<c>foreach</c>) takes the items out, until the queue is shut down; a queue is
/// deliberately no IEnumerable: a logger or a debugger that listed it would take its items away.
/// </summary>
/// <typeparam name="T">Type of the items.</typeparam>
public abstract class QueueBase<T>
{
    private protected SpinLatch Latch;
    private protected readonly LinkList Getters = new();
    private protected readonly LinkList Putters = new();
    private ItemWait<T>? _spare;
    private volatile bool _shutDown;

    private protected QueueBase() { }

    /// <summary>The number of items that a get would find. An item that somebody waits for is handed over at once and not counted. The counterpart of gevent's <c>qsize()</c>. May be called from any thread.</summary>
    public abstract int Count { get; }

    /// <summary>True when a get would have to wait. The counterpart of gevent's <c>empty()</c>. May be called from any thread.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>True when a put would have to wait. The counterpart of gevent's <c>full()</c>. May be called from any thread.</summary>
    public abstract bool IsFull { get; }

    /// <summary>True once <see cref="Shutdown"/> was called. The counterpart of gevent's <c>is_shutdown</c>. May be called from any thread.</summary>
    public bool IsShutDown => _shutDown;

    /// <summary>Puts an item; waits while there is no place for it. The counterpart of gevent's <c>put(item)</c>. May be called from any thread.</summary>
    /// <exception cref="QueueShutDownException">The queue was shut down, before or while it waited; the item is not in it.</exception>
    /// <exception cref="QueueFullException">Full, in a callback of the hub, where nothing can wait.</exception>
    public void Put(T item)
    {
        QueueOutcome outcome = PutCore(item, Deadline.Never, mayWait: true);
        if (outcome != QueueOutcome.Done) throw QueueErrors.CannotPut(this, outcome, null);
    }

    /// <summary>As <see cref="Put(T)"/>, but waits at most that long; zero does not wait, <see cref="Timeout.InfiniteTimeSpan"/> waits for ever. The counterpart of gevent's <c>put(item, timeout=)</c>. May be called from any thread.</summary>
    /// <exception cref="QueueFullException">There was no place in that time; the item is not in the queue.</exception>
    /// <exception cref="QueueShutDownException">The queue was shut down; the item is not in it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public void Put(T item, TimeSpan timeout)
    {
        QueueOutcome outcome = PutCore(item, timeout);
        if (outcome != QueueOutcome.Done) throw QueueErrors.CannotPut(this, outcome, timeout);
    }

    /// <summary>As <see cref="Put(T)"/>, but raises that timeout when its time has passed first. It is started unless it runs already, and cancelled at the end. The counterpart of a <c>gevent.Timeout</c> as <c>timeout=</c>. Only on a greenlet, or on a native thread, which gets a hub of its own.</summary>
    /// <exception cref="GreenletTimeout">It was time; the item is not in the queue.</exception>
    /// <exception cref="QueueShutDownException">The queue was shut down; the item is not in it.</exception>
    public void Put(T item, GreenletTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        TimeLimit.Start(timeout);
        try
        {
            Put(item);
        }
        finally
        {
            timeout.Cancel();
        }
    }

    /// <summary>Puts an item if there is a place for it now. The counterpart of gevent's <c>put_nowait(item)</c>. May be called from any thread.</summary>
    /// <exception cref="QueueFullException">There is none.</exception>
    /// <exception cref="QueueShutDownException">The queue was shut down.</exception>
    public void PutNoWait(T item)
    {
        QueueOutcome outcome = PutCore(item, default, mayWait: false);
        if (outcome != QueueOutcome.Done) throw QueueErrors.CannotPut(this, outcome, TimeSpan.Zero);
    }

    /// <summary>Puts an item if there is a place for it now; false when there is none. May be called from any thread.</summary>
    /// <exception cref="QueueShutDownException">The queue was shut down.</exception>
    public bool TryPut(T item) => IsDone(PutCore(item, default, mayWait: false));

    /// <summary>Puts an item; false when there was no place for it in that time. Zero does not wait. May be called from any thread.</summary>
    /// <exception cref="QueueShutDownException">The queue was shut down; the item is not in it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public bool TryPut(T item, TimeSpan timeout) => IsDone(PutCore(item, timeout));

    /// <summary>Takes an item out; waits while there is none. The counterpart of gevent's <c>get()</c>. May be called from any thread.</summary>
    /// <exception cref="QueueShutDownException">The queue was shut down and has no items left.</exception>
    /// <exception cref="QueueEmptyException">Empty, in a callback of the hub, where nothing can wait.</exception>
    public T Get()
    {
        QueueOutcome outcome = TakeCore(peek: false, Deadline.Never, mayWait: true, out T item);
        if (outcome != QueueOutcome.Done) throw QueueErrors.CannotGet(this, outcome, null);
        return item;
    }

    /// <summary>As <see cref="Get()"/>, but waits at most that long; zero does not wait, <see cref="Timeout.InfiniteTimeSpan"/> waits for ever. The counterpart of gevent's <c>get(timeout=)</c>. May be called from any thread.</summary>
    /// <exception cref="QueueEmptyException">There was none in that time. No later item is lost.</exception>
    /// <exception cref="QueueShutDownException">The queue was shut down and has no items left.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public T Get(TimeSpan timeout)
    {
        QueueOutcome outcome = TakeCore(peek: false, timeout, out T item);
        if (outcome != QueueOutcome.Done) throw QueueErrors.CannotGet(this, outcome, timeout);
        return item;
    }

    /// <summary>As <see cref="Get()"/>, but raises that timeout when its time has passed first. It is started unless it runs already, and cancelled at the end. The counterpart of a <c>gevent.Timeout</c> as <c>timeout=</c>. Only on a greenlet, or on a native thread, which gets a hub of its own.</summary>
    /// <exception cref="GreenletTimeout">It was time.</exception>
    /// <exception cref="QueueShutDownException">The queue was shut down and has no items left.</exception>
    public T Get(GreenletTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        TimeLimit.Start(timeout);
        try
        {
            return Get();
        }
        finally
        {
            timeout.Cancel();
        }
    }

    /// <summary>Takes an item out if there is one now. The counterpart of gevent's <c>get_nowait()</c>. May be called from any thread.</summary>
    /// <exception cref="QueueEmptyException">There is none.</exception>
    /// <exception cref="QueueShutDownException">The queue was shut down and has no items left.</exception>
    public T GetNoWait()
    {
        QueueOutcome outcome = TakeCore(peek: false, default, mayWait: false, out T item);
        if (outcome != QueueOutcome.Done) throw QueueErrors.CannotGet(this, outcome, TimeSpan.Zero);
        return item;
    }

    /// <summary>Takes an item out if there is one now; false when there is none. May be called from any thread.</summary>
    /// <exception cref="QueueShutDownException">The queue was shut down and has no items left.</exception>
    public bool TryGet([MaybeNullWhen(false)] out T item) => IsDone(TakeCore(peek: false, default, mayWait: false, out item));

    /// <summary>Takes an item out; false when there was none in that time. Zero does not wait. May be called from any thread.</summary>
    /// <exception cref="QueueShutDownException">The queue was shut down and has no items left.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public bool TryGet([MaybeNullWhen(false)] out T item, TimeSpan timeout) => IsDone(TakeCore(peek: false, timeout, out item));

    /// <summary>
    /// For <c>foreach</c>: each step is a <see cref="Get()"/>, which takes the item out, and the loop ends when the queue has been shut down and is empty. Several loops
    /// share the items. The counterpart of iterating over a gevent queue, which an item StopIteration ends. May be called from any thread.
    /// </summary>
    public QueueEnumerator<T> GetEnumerator() => new(this);

    /// <summary>The same as a sequence, for LINQ; it takes the items out. May be called from any thread.</summary>
    public IEnumerable<T> GetConsumingEnumerable()
    {
        while (TakeCore(peek: false, Deadline.Never, mayWait: true, out T item) is var outcome && outcome != QueueOutcome.ShutDown)
        {
            if (outcome != QueueOutcome.Done) throw QueueErrors.CannotGet(this, outcome, null);
            yield return item;
        }
    }

    /// <summary>
    /// Ends the queue: every put from now on, and every put and get that waits, throws <see cref="QueueShutDownException"/>. Items that are in the queue can still be got,
    /// and only then gets throw too; <paramref name="immediate"/> drops them instead (and counts them as done where tasks are counted). Calling it again with
    /// <paramref name="immediate"/> drops what is left. Never waits. The counterpart of gevent's <c>shutdown(immediate=False)</c>. May be called from any thread.
    /// </summary>
    public void Shutdown(bool immediate = false)
    {
        LinkChain woken = default;
        Latch.Enter();
        _shutDown = true;
        if (immediate) DropItems(ref woken);
        ShutDownAll(Getters, ref woken);
        ShutDownAll(Putters, ref woken);
        Latch.Exit();
        woken.Resume();
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string text = $"{GetType().Name.Split('`')[0]}<{typeof(T).Name}>({Describe()}";
        int getters = Getters.Count, putters = Putters.Count;
        if (getters > 0) text += $", {getters} waiting to get";
        if (putters > 0) text += $", {putters} waiting to put";
        return text + (_shutDown ? ", shut down)" : ")");
    }

    internal abstract QueueOutcome PutCore(T item, Deadline deadline, bool mayWait);

    internal abstract QueueOutcome TakeCore(bool peek, Deadline deadline, bool mayWait, out T item);

    /// <summary>Without the latch: also a thread that only dumps may ask.</summary>
    private protected abstract string Describe();

    /// <summary>Only under the latch.</summary>
    private protected virtual void DropItems(ref LinkChain woken) { }

    private protected QueueOutcome TakeCore(bool peek, TimeSpan timeout, out T item)
    {
        Deadline deadline = TimeLimit.From(timeout);
        return TakeCore(peek, deadline, mayWait: timeout != TimeSpan.Zero, out item);
    }

    private protected bool IsDone(QueueOutcome outcome) =>
        outcome != QueueOutcome.ShutDown ? outcome == QueueOutcome.Done : throw QueueErrors.ShutDown(this);

#pragma warning disable CA1822 // instance methods: a static one of a generic class looks its type up in each call where T is a class
    /// <summary>Who would wait: a greenlet, or a native thread with a link of its own. False in a callback of the hub.</summary>
    private protected bool CanWait(out Greenlet? self, out NativeItemWait<T>? native)
    {
        native = null;
        self = Greenlet.Running;
        if (self is not null) return true;
        if (Hub.IsLoopHere) return false;
        native = new NativeItemWait<T>();
        return true;
    }

    /// <summary>What a link of this queue exchanges. Without generic casts, for the same reason.</summary>
    private protected ref ItemSlot<T> SlotOf(Link link)
    {
        // SAFETY: the lists of a queue hold links that LinkFor gave out only: NativeItemWait<T> or ItemWait<T>.
        if (link.IsNative) return ref Unsafe.As<NativeItemWait<T>>(link).Slot;
        return ref Unsafe.As<ItemWait<T>>(link).Slot;
    }
#pragma warning restore CA1822

    /// <summary>A link for the calling greenlet or, given one, the native thread. Only under the latch.</summary>
    private protected Link LinkFor(Greenlet? self, NativeItemWait<T>? native)
    {
        if (self is null) return native!;
        ItemWait<T>? wait = _spare;
        if (wait is null) return new ItemWait<T>(self, this);
        _spare = null;
        wait.Begin(self);
        return wait;
    }

    /// <summary>The wait has ended as Woken and nothing of the link is needed any more.</summary>
    private protected void GiveBack(Link link)
    {
        if (link.IsNative) return;
        ItemWait<T> wait = Unsafe.As<ItemWait<T>>(link); // SAFETY: as in SlotOf
        wait.End();
        Volatile.Write(ref _spare, wait); // without the latch: at worst another one that came back just now is forgotten
    }

    /// <summary>
    /// Waits with a link that was appended to the list. When the result is not Woken the link has left the list, and nothing has happened; Interrupted is returned
    /// only when nothing was raised: the caller tries again. A link whose interrupt was not meant for this wait keeps its place, as another object.
    /// </summary>
    private protected ParkResult Await(ref Link link, LinkList list, Deadline deadline)
    {
        while (true)
        {
            ParkResult result = link.IsNative ? BlockNatively((NativeWait)link, list, deadline) : Unsafe.As<ItemWait<T>>(link).Park(deadline); // SAFETY: as in SlotOf
            if (result == ParkResult.Woken) return result;
            if (result == ParkResult.Interrupted && !((Waiter)link).Greenlet.HasPending && TryReplace(ref link, list)) continue;
            Latch.Enter();
            list.Remove(link);
            Latch.Exit();
            LinkWait.RaiseIfInterrupted(link, result);
            return result;
        }
    }

    private bool TryReplace(ref Link link, LinkList list)
    {
        var old = (ItemWait<T>)link;
        var fresh = new ItemWait<T>(old.Greenlet, this) { Slot = old.Slot };
        Latch.Enter();
        bool replaced = list.Remove(old);
        if (replaced)
        {
            fresh.Ticket = old.Ticket;
            list.InsertByTicket(fresh);
        }
        Latch.Exit();
        if (replaced) link = fresh;
        return replaced;
    }

    private ParkResult BlockNatively(NativeWait link, LinkList list, Deadline deadline)
    {
        try
        {
            return link.Block(deadline);
        }
        catch (ThreadInterruptedException)
        {
            Latch.Enter();
            list.Remove(link);
            Latch.Exit();
            throw;
        }
    }

    private QueueOutcome PutCore(T item, TimeSpan timeout)
    {
        Deadline deadline = TimeLimit.From(timeout);
        return PutCore(item, deadline, mayWait: timeout != TimeSpan.Zero);
    }

    private void ShutDownAll(LinkList list, ref LinkChain woken)
    {
        while (list.TakeFirst() is { } link)
        {
            SlotOf(link).Outcome = ItemOutcome.ShutDown;
            woken.TryClaim(link);
        }
    }
}
