using System;
using System.Runtime.ExceptionServices;
using System.Threading;
using Patchy.Scheduling;
using Patchy.Threading;

namespace Patchy.Linking;

// Protocol.
//  1. _isSet is written under the latch; who finds it clear appends itself in the same latch section, so a Set comes either before (and is seen) or
//     after (and finds the link).
//  2. Set notes the youngest ticket together with the flag and tells everybody up to that one, each outside of the latch. So a Clear right behind it
//     takes nothing away from those who waited (gevent L2, bpo-13502), and who links after the Clear waits for the next Set.
//     A greenlet that finds the flag set while they are being told comes after them: it appends itself, and who has told all that it set out to tell goes on
//     to the youngest one of these. With that it ceases to be a teller in the same latch section, so that a Set has an end, however often others come back:
//     who comes while these are told may go on before them.
//  3. A wait is decided by one compare-and-swap in its link. One that ran out when a Set had noted its ticket counts as told: the flag was set.
//  4. _lastTold is the greenlet that was told last and has not gone on yet. Whoever finds the flag set meanwhile queues behind it and becomes the last
//     itself (L3, gevent issue 1520). Written under the latch before that greenlet is woken, taken back by the greenlet itself, so it cannot go stale.
//     Only greenlets of the same hub queue: there is no order between hubs.

/// <summary>A flag that can be waited for: what events and results are made of.</summary>
internal sealed class NotifyingFlag
{
    private readonly ICallbackOwner _owner;
    private readonly LinkList _links = new();
    private CallbackLists _callbacks;
    private SpinLatch _latch;
    private volatile bool _isSet;
    private volatile int _tellers;
    private long _youngestTold;
    private volatile Greenlet? _lastTold;

    public NotifyingFlag(ICallbackOwner owner)
    {
        _owner = owner;
        _callbacks = new CallbackLists(_links);
    }

    public bool IsSet => _isSet;

    public int LinkCount => _links.Count + _callbacks.ToldCount;

    /// <summary>May be called from any thread; never switches.</summary>
    public void Set()
    {
        _latch.Enter();
        bool nobody = _links.IsEmpty;
        long youngest = _links.LastTicket;
        if (!nobody)
        {
            _youngestTold = youngest;
            _tellers++; // before the flag: who sees that one without the latch sees this one, too
        }
        _isSet = true;
        _latch.Exit();
        if (nobody) return;
        bool isTeller = true;
        ExceptionDispatchInfo? failure = null;
        while (TakeOneToTell(ref youngest, ref isTeller) is { } link)
        {
            try
            {
                link.Wake();
            }
            catch (OutOfMemoryException exception)
            {
                failure ??= ExceptionDispatchInfo.Capture(exception); // the others wait for this teller
            }
        }
        failure?.Throw();
    }

    /// <summary>May be called from any thread.</summary>
    public void Clear()
    {
        _latch.Enter();
        _isSet = false;
        _latch.Exit();
    }

    /// <summary>May be called from any thread: true when the flag is, or was meanwhile, set; false when the deadline passed first.</summary>
    public bool Wait(Deadline deadline)
    {
        if (_isSet)
        {
            if (_tellers == 0) // looked at first: who is told last of those that waited is noted before that
            {
                if (_lastTold is not null) QueueBehindTold(deadline);
                return true;
            }
            if (deadline.HasPassed || Greenlet.Running is null) return true;
        }
        else if (deadline.HasPassed)
        {
            return false;
        }
        return WaitUntilTold(deadline);
    }

    public void RawLink(Action<ILinkable> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var link = new OwnedCallback(_owner, callback);
        _latch.Enter();
        bool tell = _isSet;
        if (tell) _callbacks.AddTold(link);
        else _links.Append(link);
        _latch.Exit();
        if (tell) link.Wake();
    }

    /// <summary>May be called from any thread: tells a link that is not a callback, at once when the flag is set.</summary>
    public void Link(Link link)
    {
        _latch.Enter();
        bool tell = _isSet;
        if (!tell) _links.Append(link);
        _latch.Exit();
        if (tell) link.Wake();
    }

    public void Unlink(Action<ILinkable> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _latch.Enter();
        _callbacks.Unlink(callback);
        _latch.Exit();
    }

    /// <summary>On the loop: a callback that was not taken back is called, also when the flag was cleared meanwhile.</summary>
    public bool TryBegin(OwnedCallback callback)
    {
        _latch.Enter();
        bool wanted = _callbacks.RemoveTold(callback);
        _latch.Exit();
        return wanted;
    }

    private Link? TakeOneToTell(ref long youngest, ref bool isTeller)
    {
        _latch.Enter();
        Link? link = TakeUpTo(youngest);
        bool ceases = link is null && isTeller;
        if (ceases)
        {
            isTeller = false;
            youngest = _youngestTold; // those that came meanwhile
            link = TakeUpTo(youngest);
        }
        if (link is OwnedCallback callback) _callbacks.AddTold(callback);
        else if (link is Waiter waiter) _lastTold = waiter.Greenlet;
        if (ceases) _tellers--; // from now on nobody waits for this one
        _latch.Exit();
        return link;
    }

    /// <summary>Only under the latch.</summary>
    private Link? TakeUpTo(long youngest) => _links.First is { } first && first.Ticket <= youngest ? _links.TakeFirst() : null;

    private bool WaitUntilTold(Deadline deadline)
    {
        while (true)
        {
            Link link = LinkWait.ForCaller(_owner);
            if (!Append(link))
            {
                QueueBehindTold(deadline);
                return true;
            }
            ParkResult result = ParkOrWithdraw(link, deadline, out bool told);
            if (told) return true;
            LinkWait.RaiseIfInterrupted(link, result);
            if (result == ParkResult.TimedOut) return false;
        }
    }

    /// <summary>False when the flag is set and the caller has nobody to come after: nobody is being told, or it is no greenlet (only those have an order).</summary>
    private bool Append(Link link)
    {
        _latch.Enter();
        bool set = _isSet;
        bool waits = !set || (_tellers > 0 && link is Waiter);
        if (waits)
        {
            _links.Append(link);
            if (set) _youngestTold = link.Ticket;
        }
        _latch.Exit();
        return waits;
    }

    private ParkResult ParkOrWithdraw(Link link, Deadline deadline, out bool told)
    {
        ParkResult result = ParkResult.TimedOut;
        told = false;
        try
        {
            result = LinkWait.Park(link, deadline);
        }
        finally
        {
            told = result == ParkResult.Woken || !Withdraw(link);
            if (link is Waiter waiter) GoOn(waiter.Greenlet);
        }
        return result;
    }

    private bool Withdraw(Link link)
    {
        _latch.Enter();
        bool inVain = _links.Remove(link) && !_isSet && link.Ticket > _youngestTold;
        _latch.Exit();
        return inVain;
    }

    private void QueueBehindTold(Deadline deadline)
    {
        if (Greenlet.Running is not { } self || _lastTold is not { } last || last.Hub != self.Hub || deadline.HasPassed) return;
        _lastTold = self;
        Hub hub = self.Hub;
        if (hub.Inbox.IsEmpty)
        {
            Hub.Yield();
        }
        else
        {
            var turn = new Waiter(self, _owner);
            hub.Inbox.Post(new Turn(turn)); // those that another thread has told are in there, in front of it
            turn.Park(Deadline.Never, interruptible: false);
        }
        GoOn(self);
    }

    private void GoOn(Greenlet greenlet)
    {
        if (ReferenceEquals(_lastTold, greenlet)) Interlocked.CompareExchange(ref _lastTold, null, greenlet);
    }

    private sealed class Turn(Waiter waiter) : InboxNode
    {
        internal override void Deliver(Hub hub) => waiter.Wake();
    }
}
