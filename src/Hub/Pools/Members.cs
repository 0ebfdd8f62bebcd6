using System;
using System.Collections.Generic;
using Patchy.Linking;
using Patchy.Locks;
using Patchy.Threading;

namespace Patchy.Pools;

// Protocol.
//  1. _members, _dying and _joiners change under the latch. Who waits is woken, and a place given back, outside of it.
//  2. A greenlet is put in before it is linked, and its end is told by whoever ends it, on whatever thread. It then leaves in a callback of its hub, as by gevent's raw
//     link (rule P1): those that were ready before it ended still count it. Where greenlets of several hubs are members it leaves at once: whoever waits on one hub
//     for a place must not depend on the next turn of another, which may be long in coming.
//  3. It goes once: the end, Discard and Kill may all try; who takes it out of the set gives its place back.
//  4. Whoever takes the last one out takes the joiners along under the same latch, so that a join means: empty at least once since it began.

/// <summary>The greenlets of a group.</summary>
internal sealed class Members : IReadyListener
{
    private readonly HashSet<Greenlet> _members = new(ReferenceEqualityComparer.Instance);
    private readonly LinkList _joiners = new();
    private readonly Action<ILinkable> _onEnd;
    private readonly Action<object?> _leave;
    private readonly Semaphore? _places;
    private HashSet<Greenlet>? _dying;
    private Hub? _hub;
    private volatile bool _shared;
    private SpinLatch _latch;

    /// <param name="places">Where each member has a place, which it gives back when it goes; null: as many as come.</param>
    public Members(Semaphore? places)
    {
        _places = places;
        _onEnd = OnEnd; // a method of a listener: called without a hub
        _leave = Leave;
    }

    public int Count
    {
        get
        {
            _latch.Enter();
            int count = _members.Count;
            _latch.Exit();
            return count;
        }
    }

    public bool Contains(Greenlet greenlet)
    {
        _latch.Enter();
        bool found = _members.Contains(greenlet);
        _latch.Exit();
        return found;
    }

    public Greenlet[] ToArray()
    {
        while (true)
        {
            var all = new Greenlet[Count];
            _latch.Enter();
            bool fits = _members.Count == all.Length;
            if (fits) _members.CopyTo(all);
            _latch.Exit();
            if (fits) return all;
        }
    }

    /// <summary>Takes it in, with the place that the caller has taken for it. False, and the place is still the caller's, when it is in already.</summary>
    public bool Add(Greenlet greenlet)
    {
        _latch.Enter();
        bool added = _members.Add(greenlet);
        _hub ??= greenlet.Hub;
        if (_hub != greenlet.Hub) _shared = true;
        _latch.Exit();
        if (added) greenlet.RawLink(_onEnd);
        return added;
    }

    /// <summary>Takes it out, before its end.</summary>
    public bool Discard(Greenlet greenlet)
    {
        if (!Remove(greenlet)) return false;
        greenlet.Unlink(_onEnd);
        return true;
    }

    /// <summary>True for the first who wants to kill it, while it is in.</summary>
    public bool TryBeginKill(Greenlet greenlet)
    {
        _latch.Enter();
        bool first = _members.Contains(greenlet) && (_dying ??= new(ReferenceEqualityComparer.Instance)).Add(greenlet);
        _latch.Exit();
        return first;
    }

    /// <summary>Waits until there is none. False when the deadline passed first.</summary>
    public bool WaitUntilEmpty(Deadline deadline, object awaited)
    {
        while (Count > 0)
        {
            if (deadline.HasPassed) return false;
            Link link = LinkWait.ForCaller(awaited);
            _latch.Enter();
            bool waits = _members.Count > 0;
            if (waits) _joiners.Append(link);
            _latch.Exit();
            if (!waits || Line.Park(link, _joiners, ref _latch, deadline) == ParkResult.Woken) return true;
        }
        return true;
    }

    /// <summary>Where a member has ended: what follows from that, after what followed from it before.</summary>
    public void AfterEnd(Greenlet ended, Action<object?> call, object? state)
    {
        if (_shared) call(state);
        else ended.Hub.CallAsLink(call, state);
    }

    private void OnEnd(ILinkable ended) => AfterEnd((Greenlet)ended, _leave, ended);

    private void Leave(object? ended) => Remove((Greenlet)ended!);

    private bool Remove(Greenlet greenlet)
    {
        _latch.Enter();
        bool removed = _members.Remove(greenlet);
        if (removed) _dying?.Remove(greenlet);
        Link[]? joiners = removed && _members.Count == 0 && !_joiners.IsEmpty ? _joiners.TakeAll() : null;
        _latch.Exit();
        if (!removed) return false;
        _places?.Release();
        if (joiners is null) return true;
        foreach (Link joiner in joiners) joiner.Wake();
        return true;
    }
}
