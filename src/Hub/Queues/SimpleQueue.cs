using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading;
using Patchy.Linking;

namespace Patchy.Queues;

// Protocol, beside that of QueueBase. All under the latch:
//  1. _visible counts the items that nobody has been promised, _granted those that woken getters of a store that chooses late will take. The store has both.
//  2. Getters are parked only while _visible is 0, putters only while _visible is at the limit: who changes it serves those who wait before it leaves the latch.
//  3. The array grows outside of the latch: whoever finds it full leaves, allocates, comes back and looks again.

/// <summary>
/// A queue: first in, first out. The counterpart of gevent.queue.SimpleQueue, and of gevent.queue.Queue where its tasks are not counted (see <see cref="JoinableQueue{T}"/>).
/// </summary>
/// <typeparam name="T">Type of the items.</typeparam>
public class SimpleQueue<T> : QueueBase<T>
{
    private readonly ItemStore<T> _store;
    private readonly bool _choosesLate; // the store's answer never changes
    private int _limit; // int.MaxValue: none
    private int _visible;
    private int _granted;

    /// <summary>An empty queue, or one with <paramref name="items"/> in it.</summary>
    /// <param name="maxSize">How many items fit in before puts have to wait; null, 0 and negative numbers mean any number. The items given here are let in even if they are more.</param>
    /// <param name="items">The items that it begins with.</param>
#pragma warning disable RS0022 // a class of the user's may derive from it: what it could override is ours alone
    public SimpleQueue(int? maxSize = null, IEnumerable<T>? items = null) : this(maxSize, Fill(items)) { }
#pragma warning restore RS0022

    private protected SimpleQueue(int? maxSize, ItemStore<T> store)
    {
        _store = store;
        _choosesLate = store.ChoosesLate;
        _limit = LimitOf(maxSize);
        _visible = store.Count;
        Unfinished = store.Count;
    }

    /// <inheritdoc/>
    public override int Count => Volatile.Read(ref _visible);

    /// <inheritdoc/>
    public override bool IsEmpty => Count == 0;

    /// <inheritdoc/>
    public override bool IsFull => Count >= Volatile.Read(ref _limit);

    /// <summary>
    /// How many items fit in before puts have to wait; null is any number, and 0 and negative numbers set it to null. Greenlets that wait to put go on when
    /// it is raised. The counterpart of gevent's <c>maxsize</c>. May be used from any thread.
    /// </summary>
    public int? MaxSize
    {
        get => Volatile.Read(ref _limit) is var limit && limit == int.MaxValue ? null : limit;
        set
        {
            LinkChain woken = default;
            try
            {
                Latch.Enter();
                _limit = LimitOf(value);
                while (MakeRoom() || AdmitOne(ref woken)) { }
                Latch.Exit();
            }
            finally
            {
                woken.Resume(); // also when there is no memory for the others
            }
        }
    }

    /// <summary>How many items were put and not yet reported as done. Only under the latch.</summary>
    private protected int Unfinished { get; set; }

    /// <summary>The next item, which stays in the queue; waits while there is none. The counterpart of gevent's <c>peek()</c>. May be called from any thread.</summary>
    /// <exception cref="QueueShutDownException">The queue was shut down and has no items left.</exception>
    /// <exception cref="QueueEmptyException">Empty, in a callback of the hub, where nothing can wait.</exception>
    public T Peek()
    {
        QueueOutcome outcome = TakeCore(peek: true, Deadline.Never, mayWait: true, out T item);
        if (outcome != QueueOutcome.Done) throw QueueErrors.CannotGet(this, outcome, null);
        return item;
    }

    /// <summary>As <see cref="Peek()"/>, but waits at most that long; zero does not wait. The counterpart of gevent's <c>peek(timeout=)</c>. May be called from any thread.</summary>
    /// <exception cref="QueueEmptyException">There was none in that time.</exception>
    /// <exception cref="QueueShutDownException">The queue was shut down and has no items left.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public T Peek(TimeSpan timeout)
    {
        QueueOutcome outcome = TakeCore(peek: true, timeout, out T item);
        if (outcome != QueueOutcome.Done) throw QueueErrors.CannotGet(this, outcome, timeout);
        return item;
    }

    /// <summary>The next item, which stays in the queue. The counterpart of gevent's <c>peek_nowait()</c>. May be called from any thread.</summary>
    /// <exception cref="QueueEmptyException">There is none.</exception>
    /// <exception cref="QueueShutDownException">The queue was shut down and has no items left.</exception>
    public T PeekNoWait()
    {
        QueueOutcome outcome = TakeCore(peek: true, default, mayWait: false, out T item);
        if (outcome != QueueOutcome.Done) throw QueueErrors.CannotGet(this, outcome, TimeSpan.Zero);
        return item;
    }

    /// <summary>The next item, which stays in the queue; false when there is none. May be called from any thread.</summary>
    /// <exception cref="QueueShutDownException">The queue was shut down and has no items left.</exception>
    public bool TryPeek([MaybeNullWhen(false)] out T item) => IsDone(TakeCore(peek: true, default, mayWait: false, out item));

    /// <summary>The next item, which stays in the queue; false when there was none in that time. May be called from any thread.</summary>
    /// <exception cref="QueueShutDownException">The queue was shut down and has no items left.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public bool TryPeek([MaybeNullWhen(false)] out T item, TimeSpan timeout) => IsDone(TakeCore(peek: true, timeout, out item));

    /// <summary>A copy of the items, in the order in which they would be got; they stay in the queue. Together with the constructor the counterpart of gevent's <c>copy()</c>. May be called from any thread.</summary>
    public T[] ToArray()
    {
        T[] copy = [];
        Latch.Enter();
        while (copy.Length != _store.Count)
        {
            int count = _store.Count;
            Latch.Exit();
            copy = new T[count];
            Latch.Enter();
        }
        _store.CopyTo(copy);
        int granted = _granted;
        Latch.Exit();
        _store.InOrder(copy);
        return granted == 0 ? copy : copy[granted..]; // the best ones belong to getters that were woken
    }

    internal sealed override QueueOutcome PutCore(T item, Deadline deadline, bool mayWait)
    {
        Greenlet? self = null;
        NativeItemWait<T>? native = null;
        Latch.Enter();
        while (true)
        {
            if (IsShutDown)
            {
                Latch.Exit();
                return QueueOutcome.ShutDown;
            }
            if (_visible < _limit)
            {
                if (MakeRoom()) continue;
                LinkChain woken = default;
                Exception? error = null;
                if (Getters.IsEmpty || _choosesLate || !HandOver(item, ref woken)) error = Add(item, ref woken);
                if (error is null) Unfinished++;
                Latch.Exit();
                woken.Resume();
                if (error is not null) ExceptionDispatchInfo.Throw(error);
                return QueueOutcome.Done;
            }
            if (!mayWait) break;
            if (self is null && native is null)
            {
                Latch.Exit();
                if (!CanWait(out self, out native)) return QueueOutcome.NotNow;
                Latch.Enter();
                continue;
            }
            Link link = LinkFor(self, native);
            SlotOf(link).Item = item;
            Putters.Append(link);
            Latch.Exit();
            ParkResult result = Await(ref link, Putters, deadline);
            if (result == ParkResult.Woken) return EndOfPut(link);
            if (result == ParkResult.TimedOut) return QueueOutcome.NotNow;
            Latch.Enter();
        }
        Latch.Exit();
        return QueueOutcome.NotNow;
    }

    internal sealed override QueueOutcome TakeCore(bool peek, Deadline deadline, bool mayWait, out T item)
    {
        Greenlet? self = null;
        NativeItemWait<T>? native = null;
        item = default!;
        if (mayWait && Volatile.Read(ref _visible) == 0 && !CanWait(out self, out native)) mayWait = false;
        Latch.Enter();
        while (true)
        {
            if (_visible > 0)
            {
                LinkChain woken = default;
                Exception? error = null;
                if (peek) item = _store.First;
                else error = Take(out item, ref woken);
                Latch.Exit();
                woken.Resume();
                if (error is not null) ExceptionDispatchInfo.Throw(error);
                return QueueOutcome.Done;
            }
            if (IsShutDown || !mayWait) break;
            if (self is null && native is null)
            {
                Latch.Exit();
                mayWait = CanWait(out self, out native);
                Latch.Enter();
                continue;
            }
            Link link = LinkFor(self, native);
            SlotOf(link).IsPeek = peek;
            Getters.Append(link);
            Latch.Exit();
            ParkResult result = Await(ref link, Getters, deadline);
            if (result == ParkResult.Woken) return EndOfTake(link, out item);
            if (result == ParkResult.TimedOut) return QueueOutcome.NotNow;
            Latch.Enter();
        }
        bool ended = IsShutDown;
        Latch.Exit();
        return ended ? QueueOutcome.ShutDown : QueueOutcome.NotNow;
    }

    private protected sealed override string Describe() => MaxSize is { } limit ? $"{Count} of {limit} items" : $"{Count} items";

    /// <summary>Only under the latch, when the tasks of dropped items are done.</summary>
    private protected virtual void TasksDone(ref LinkChain woken) { }

    private protected sealed override void DropItems(ref LinkChain woken)
    {
        int dropped = _visible;
        _store.Discard(_granted);
        _visible = 0;
        if (dropped == 0) return;
        Unfinished = Math.Max(0, Unfinished - dropped);
        TasksDone(ref woken);
    }

    private static int LimitOf(int? maxSize) => maxSize is { } size && size > 0 ? size : int.MaxValue;

    private static FifoStore<T> Fill(IEnumerable<T>? items)
    {
        var store = new FifoStore<T>();
        if (items is null) return store;
        foreach (T item in items)
        {
            if (!store.HasRoom) store.Grow(new T[store.NextCapacity]);
            store.Add(item);
        }
        return store;
    }

    /// <summary>Only under the latch: gives the item to the first getter that still waits. Those who only look, and are before it, see it too.</summary>
    private bool HandOver(T item, ref LinkChain woken)
    {
        while (Getters.TakeFirst() is { } link)
        {
            ref ItemSlot<T> slot = ref SlotOf(link);
            bool peek = slot.IsPeek;
            slot.Item = item;
            slot.Outcome = ItemOutcome.Done;
            if (woken.TryClaim(link) && !peek) return true;
        }
        return false;
    }

    /// <summary>Only under the latch, when there is room.</summary>
    private Exception? Add(T item, ref LinkChain woken)
    {
        if (_store.Add(item) is { } error) return error;
        _visible++;
        if (!Getters.IsEmpty) Grant(ref woken);
        return null;
    }

    /// <summary>Only under the latch: promises items to those that wait for one. Those who only look get a copy, for the case that it is gone when they run.</summary>
    private void Grant(ref LinkChain woken)
    {
        while (_visible > 0 && Getters.TakeFirst() is { } link)
        {
            ref ItemSlot<T> slot = ref SlotOf(link);
            bool peek = slot.IsPeek;
            if (peek) slot.Item = _store.First;
            slot.Outcome = ItemOutcome.Granted;
            if (!woken.TryClaim(link) || peek) continue;
            _visible--;
            _granted++;
        }
    }

    /// <summary>Only under the latch, when an item is visible.</summary>
    private Exception? Take(out T item, ref LinkChain woken)
    {
        if (_store.Take(out item) is { } error) return error;
        _visible--;
        if (!Putters.IsEmpty)
            while (AdmitOne(ref woken)) { }
        return null;
    }

    /// <summary>
    /// Only under the latch: takes the item of the first putter that still waits. False when there is none, or no place. The store may be full below the limit: while
    /// whoever has raised that makes the bigger array.
    /// </summary>
    private bool AdmitOne(ref LinkChain woken)
    {
        if (_visible >= _limit || !_store.HasRoom || Putters.TakeFirst() is not { } link) return false;
        if (!woken.TryClaim(link)) return true;
        ref ItemSlot<T> slot = ref SlotOf(link); // its owner reads it under the latch
        slot.Error = Add(slot.Item, ref woken);
        slot.Outcome = slot.Error is null ? ItemOutcome.Done : ItemOutcome.Failed;
        if (slot.Error is null) Unfinished++;
        return true;
    }

    /// <summary>Only under the latch. True when it was left meanwhile, so that everything has to be looked at again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool MakeRoom() => !_store.HasRoom && Grow();

    private bool Grow()
    {
        int capacity = _store.NextCapacity;
        Latch.Exit();
        var bigger = new T[capacity];
        Latch.Enter();
        _store.Grow(bigger);
        return true;
    }

    private QueueOutcome EndOfPut(Link link)
    {
        Latch.Enter();
        ItemSlot<T> slot = SlotOf(link);
        Latch.Exit();
        GiveBack(link);
        if (slot.Error is not null) ExceptionDispatchInfo.Throw(slot.Error);
        return slot.Outcome == ItemOutcome.ShutDown ? QueueOutcome.ShutDown : QueueOutcome.Done;
    }

    private QueueOutcome EndOfTake(Link link, out T item)
    {
        ItemSlot<T> slot = SlotOf(link);
        GiveBack(link);
        item = slot.Item;
        if (slot.Outcome == ItemOutcome.Granted) return TakeGranted(slot.IsPeek, ref item);
        return slot.Outcome == ItemOutcome.Done ? QueueOutcome.Done : QueueOutcome.ShutDown;
    }

    /// <summary>The best item there is now; for one who only looks the copy will do.</summary>
    private QueueOutcome TakeGranted(bool peek, ref T item)
    {
        LinkChain woken = default;
        Exception? error = null;
        bool gone = false;
        Latch.Enter();
        if (peek)
        {
            if (_store.Count > 0) item = _store.First;
        }
        else
        {
            _granted--;
            gone = _store.Count == 0; // dropped by a shutdown whose comparer threw
            error = gone ? null : _store.Take(out item);
            if (error is not null)
            {
                _visible++; // it stays, for somebody else
                Grant(ref woken);
            }
        }
        Latch.Exit();
        woken.Resume();
        if (error is not null) ExceptionDispatchInfo.Throw(error);
        return gone ? QueueOutcome.ShutDown : QueueOutcome.Done;
    }
}
