using System;
using System.Threading;
using Patchy.Linking;
using Patchy.Threading;

namespace Patchy.Locks;

// Protocol.
//  1. _counter holds the free permits. It goes down by one compare-and-swap (acquire) and up by one (release), with or without the latch: nobody is handed
//     a permit, who comes first takes it (gevent L5). Without waiters that is all that happens.
//  2. Who finds none appends its link under the latch and tries once more behind a full fence. Release counts up first (a full fence too) and looks for
//     links after. So either the waiter sees the permit or the releaser sees the waiter: no wake-up is lost.
//  3. A releaser does not wake everybody: _onTheirWay holds the waits that were told and have not come to try yet, and the next is told only while there
//     are more permits than those. So at rest there is never a permit, and somebody who waits, without somebody on the way: each step that could break this
//     (counter up, _onTheirWay down) is followed by TellNext.
//  4. Who was told and finds that somebody else was quicker goes back to its place in front of all who came later: both lists are ordered by tickets. Meanwhile
//     younger ones may be on their way: one that finds an older one linked, or on its way on the same hub, takes nothing and goes back too. (An older one of
//     another hub may be slow to come: nobody waits for it.)
//  5. A wait that is interrupted or late was decided by one compare-and-swap in its link: if that was told at the same moment, Wake has failed and the teller
//     goes on to the next one. If Wake was first the wait goes on to try, and the kill comes at the next wait: no permit is lost.
//  6. Callbacks take nothing: they are told on the way and do not count. One whose turn comes when the permits are gone again goes back to its place.

/// <summary>
/// A number of permits: acquire takes one and waits while there is none, release gives one back. Those who wait are served in the order in which they came, but a
/// permit is not reserved for them: who acquires after a release, before they run, has it. The counterpart of gevent.lock.Semaphore. It may be shared by
/// threads and hubs, and belongs to none.
/// </summary>
public class Semaphore : ISemaphore, ICallbackOwner
{
    private readonly LinkList _links = new();
    private readonly LinkList _onTheirWay = new();
    private CallbackLists _callbacks;
    private readonly int _limit;
    private int _counter;
    private SpinLatch _latch;

    /// <summary>With that many permits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public Semaphore(int value = 1) : this(value, int.MaxValue) { }

    private protected Semaphore(int value, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        _counter = value;
        _limit = limit;
        _callbacks = new CallbackLists(_links);
    }

    /// <summary>The permits that are free. May be called from any thread.</summary>
    public int Counter => Volatile.Read(ref _counter);

    /// <inheritdoc/>
    public bool Locked => Counter <= 0;

    /// <summary>True when a permit is free. May be called from any thread.</summary>
    public bool Ready => Counter > 0;

    /// <summary>How many waits and callbacks are linked to it. May be called from any thread.</summary>
    public int LinkCount => _links.Count + _callbacks.ToldCount;

    /// <inheritdoc/>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while there was no permit.</exception>
    public void Acquire()
    {
        if (!TryAcquire()) WaitForPermit(Deadline.Never, take: true);
    }

    /// <inheritdoc/>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while there was no permit, and <paramref name="blocking"/> is true.</exception>
    public bool Acquire(bool blocking) => TryAcquire() || (blocking && WaitForPermit(Deadline.Never, take: true));

    /// <summary>As the other, at most for the given time; zero only tries. True when a permit was taken, false when the time passed first. May be called from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while there was no permit.</exception>
    public bool Acquire(TimeSpan timeout)
    {
        Deadline deadline = TimeLimit.From(timeout);
        return TryAcquire() || (!deadline.HasPassed && WaitForPermit(deadline, take: true));
    }

    /// <summary>As the other, with a timeout of the caller's own, which is started when it does not run yet: false when that one came first. It is over afterwards. Only on a greenlet.</summary>
    public bool Acquire(GreenletTimeout timeout) => TimeLimit.Run(timeout, this, static self => self.Acquire(blocking: true));

    /// <inheritdoc/>
    public bool TryAcquire()
    {
        int counter = Volatile.Read(ref _counter);
        while (counter > 0)
        {
            int found = Interlocked.CompareExchange(ref _counter, counter - 1, counter);
            if (found == counter) return true;
            counter = found;
        }
        return false;
    }

    /// <summary>Acquires, and releases at the end of the block: <c>using (semaphore.Hold()) { ... }</c>. May be called from any thread.</summary>
    public SemaphoreHold Hold()
    {
        Acquire();
        return new SemaphoreHold(this);
    }

    /// <summary>Gives one permit back and makes the one who has waited longest ready; never switches. May be called from any thread, also by one that has acquired nothing.</summary>
    /// <exception cref="SemaphoreFullException">There would be more than <see cref="int.MaxValue"/> permits, or more than a <see cref="BoundedSemaphore"/> began with.</exception>
    public void Release()
    {
        AddPermits(1);
        if (!_links.IsEmpty) TellNext();
    }

    /// <summary>As the other, for several permits at once: all or, when there would be too many, none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than one.</exception>
    /// <exception cref="SemaphoreFullException">There would be too many permits.</exception>
    public void Release(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        AddPermits(count);
        if (!_links.IsEmpty) TellNext();
    }

    /// <summary>Waits until a permit is free, but takes none. How many are free: none, when others were quicker. May be called from any thread.</summary>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while there was no permit.</exception>
    public int Wait()
    {
        if (Counter <= 0) WaitForPermit(Deadline.Never, take: false);
        return Counter;
    }

    /// <summary>As the other, at most for the given time; zero only looks. May be called from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while there was no permit.</exception>
    public int Wait(TimeSpan timeout)
    {
        Deadline deadline = TimeLimit.From(timeout);
        if (Counter <= 0 && !deadline.HasPassed) WaitForPermit(deadline, take: false);
        return Counter;
    }

    /// <summary>As the other, with a timeout of the caller's own, which is started when it does not run yet. It is over afterwards. Only on a greenlet.</summary>
    public int Wait(GreenletTimeout timeout)
    {
        _ = TimeLimit.Run(timeout, this, static self => self.Wait() > 0);
        return Counter;
    }

    /// <inheritdoc/>
    public void RawLink(Action<ILinkable> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var link = new OwnedCallback(this, callback);
        _latch.Enter();
        _links.Append(link);
        _latch.Exit();
        Interlocked.MemoryBarrier(); // see 2
        if (Ready) TellNext();
    }

    /// <inheritdoc/>
    public void Unlink(Action<ILinkable> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _latch.Enter();
        _callbacks.Unlink(callback);
        _latch.Exit();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name} ({Counter} free, {LinkCount} linked)";

    bool ICallbackOwner.TryBegin(OwnedCallback callback)
    {
        _latch.Enter();
        bool wanted = _callbacks.RemoveTold(callback);
        bool call = wanted && Ready;
        if (wanted && !call) _links.InsertByTicket(callback);
        _latch.Exit();
        Interlocked.MemoryBarrier(); // see 2
        if (wanted && !call && Ready) TellNext();
        return call;
    }

    private void AddPermits(int count)
    {
        int counter = Volatile.Read(ref _counter);
        while (true)
        {
            if (counter > _limit - count) throw TooMany(count);
            int found = Interlocked.CompareExchange(ref _counter, counter + count, counter);
            if (found == counter) return;
            counter = found;
        }
    }

    private SemaphoreFullException TooMany(int count) => new(_limit == int.MaxValue
        ? $"A semaphore cannot have more than {int.MaxValue} permits, and {count} more would be too many."
        : $"The semaphore was released too often: {Counter} of {_limit} permits are free, and {count} would be given back. Release once for each acquire, or use Semaphore, which has no bound.");

    // Permits are worth telling of as long as there are more of them than waits on their way.
    private void TellNext()
    {
        while (true)
        {
            Link? next = null;
            _latch.Enter();
            if (Volatile.Read(ref _counter) > _onTheirWay.Count) next = _links.TakeFirst();
            var callback = next as OwnedCallback;
            if (callback is not null) _callbacks.AddTold(callback);
            else if (next is not null) _onTheirWay.InsertByTicket(next);
            _latch.Exit();
            if (next is null) return;
            if (next.Wake() || callback is not null) continue;
            _latch.Enter();
            _onTheirWay.Remove(next); // it has given up meanwhile
            _latch.Exit();
        }
    }

    private bool WaitForPermit(Deadline deadline, bool take)
    {
        Link link = LinkWait.ForCaller(this);
        if (LinkUnlessFree(link, take)) return true;
        while (true)
        {
            ParkResult result = ParkResult.TimedOut;
            bool got = false;
            try
            {
                result = LinkWait.Park(link, deadline);
            }
            finally
            {
                got = Arrive(link, result == ParkResult.Woken, take);
            }
            if (got) return true;
            LinkWait.RaiseIfInterrupted(link, result);
            if (result == ParkResult.TimedOut) return false;
            long ticket = link.Ticket;
            link = LinkWait.ForCaller(this);
            link.Ticket = ticket;
            LinkAgain(link);
            if (link is Waiter { IsDecided: true }) Hub.Yield(); // told by itself: behind the older ones that it has told
        }
    }

    private bool LinkUnlessFree(Link link, bool take)
    {
        _latch.Enter();
        _links.Append(link);
        Interlocked.MemoryBarrier(); // see 2
        bool got = take ? TryAcquire() : Ready;
        if (got) _links.Remove(link);
        _latch.Exit();
        return got;
    }

    private void LinkAgain(Link link)
    {
        _latch.Enter();
        _links.InsertByTicket(link);
        _latch.Exit();
        Interlocked.MemoryBarrier(); // see 2
        if (Ready) TellNext();
    }

    // After a wait, however it has ended. True when it was told, it is its turn, and a permit was there.
    private bool Arrive(Link link, bool told, bool take)
    {
        _latch.Enter();
        _ = told ? _onTheirWay.Remove(link) : _links.Remove(link);
        bool got = told && (take ? !IsOlderThere(link) && TryAcquire() : Ready);
        bool othersMayGo = told && Volatile.Read(ref _counter) > _onTheirWay.Count && !_links.IsEmpty;
        _latch.Exit();
        if (othersMayGo) TellNext();
        return got;
    }

    private bool IsOlderThere(Link link)
    {
        for (Link? older = _links.First; older is not null && older.Ticket < link.Ticket; older = older.After)
            if (older is not OwnedCallback) return true;
        if (link is not Waiter self) return false;
        for (Link? older = _onTheirWay.First; older is not null && older.Ticket < link.Ticket; older = older.After)
            if (older is Waiter other && other.Greenlet.Hub == self.Greenlet.Hub) return true;
        return false;
    }
}
