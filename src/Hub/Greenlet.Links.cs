using System;
using Patchy.Linking;
using Patchy.Threading;

namespace Patchy;

// Protocol of the end.
//  1. _ended goes from false to true once, under the latch. Waits are added under it, and only while it is false.
//  2. Whoever ends it takes the waits out, but leaves the callbacks in the list, and wakes all in their order outside of the latch. A callback is
//     called if it is still in the list when its hub comes to it: until then it can be unlinked, by an earlier callback for one.
//  3. A callback that is linked after the end is posted by whoever links it.

public partial class Greenlet
{
    private static EndCounter s_ends;
    private SpinLatch _latch;
    private volatile bool _ended;
    private LinkList? _links;

    /// <summary>True once it has ended, in whatever way. The counterpart of gevent's <c>ready()</c>. May be called from any thread.</summary>
    public bool Ready => _ended;

    /// <summary>True while callbacks are linked that have not been called, or somebody waits for it. The counterpart of gevent's <c>has_links()</c>. May be called from any thread.</summary>
    public bool HasLinks
    {
        get
        {
            _latch.Enter();
            bool any = _links is { IsEmpty: false };
            _latch.Exit();
            return any;
        }
    }

    /// <summary>
    /// Has <paramref name="callback"/> called, once, with this greenlet when it has ended: on the hub of the calling thread (of this greenlet when the thread has none), soon, also when
    /// it has ended already. Links are called in the order in which they were made. The callback runs in the hub and must not wait. The counterpart of gevent's <c>rawlink</c>.
    /// May be called from any thread.
    /// </summary>
    public void RawLink(Action<ILinkable> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Append(new GreenletLink(this, callback, callback, Hub.OfThisThreadOrNull() ?? Hub));
    }

    /// <summary>
    /// Has <paramref name="callback"/> called, once, with this greenlet when it has ended, in a greenlet of its own: it may wait. Links are called in the order in which they were
    /// made, also when this greenlet has ended already. The counterpart of gevent's <c>link</c>. May be called from any thread.
    /// </summary>
    public void Link(Action<Greenlet> callback) => Link(callback, static _ => true);

    /// <summary>As <see cref="Link(Action{Greenlet})"/>, but only when it has ended without an error. The counterpart of gevent's <c>link_value</c>.</summary>
    public void LinkValue(Action<Greenlet> callback) => Link(callback, static source => source.Successful);

    /// <summary>As <see cref="Link(Action{Greenlet})"/>, but only when it has ended with an error. The counterpart of gevent's <c>link_exception</c>.</summary>
    public void LinkException(Action<Greenlet> callback) => Link(callback, static source => !source.Successful);

    /// <summary>Takes a callback back that was given to <see cref="Link(Action{Greenlet})"/>, <see cref="LinkValue"/> or <see cref="LinkException"/>; nothing happens when it is not (or no longer) linked. May be called from any thread.</summary>
    public void Unlink(Action<Greenlet> callback) => Unlink((Delegate)callback);

    /// <summary>Takes a callback back, the one that was linked first if there are several; nothing happens when it is not (or no longer) linked. The counterpart of gevent's <c>unlink</c>. May be called from any thread.</summary>
    public void Unlink(Action<ILinkable> callback) => Unlink((Delegate)callback);

    /// <summary>Takes all callbacks back. Who waits in <see cref="Join()"/> or <see cref="Get()"/> is not concerned (gevent's <c>unlink_all</c> leaves them waiting for ever). May be called from any thread.</summary>
    public void UnlinkAll()
    {
        _latch.Enter();
        for (Link? link = _links?.First; link is not null;)
        {
            Link? next = link.After;
            if (link is CallbackLink) _links!.Remove(link);
            link = next;
        }
        _latch.Exit();
    }

    /// <summary>The number of the latest end of any greenlet.</summary>
    internal static long LastEnd => s_ends.Last;

    /// <summary>Who has ended first has the lower one. Once it has ended.</summary>
    internal long EndStamp { get; private set; }

    /// <summary>May be called from any thread: waits for the end. False when the deadline passed first. Raises what interrupts the calling greenlet.</summary>
    internal bool WaitForEnd(Deadline deadline)
    {
        if (!_ended && t_self == this)
            throw new InvalidOperationException($"{Name} waits for its own end, which would never come. Wait for it in another greenlet, or return from its body.");
        while (!_ended)
        {
            if (deadline.HasPassed) return false;
            Link link = LinkWait.ForCaller(this);
            if (!TryAdd(link)) return true;
            ParkResult result;
            try
            {
                result = LinkWait.Park(link, deadline);
            }
            catch (System.Threading.ThreadInterruptedException)
            {
                Remove(link);
                throw;
            }
            if (result == ParkResult.Woken) return true;
            Remove(link);
            LinkWait.RaiseIfInterrupted(link, result);
            if (result == ParkResult.TimedOut) return _ended;
        }
        return true;
    }

    /// <summary>May be called from any thread, once: it has ended. Who waits is woken, callbacks are posted, in the order in which they came.</summary>
    internal void End()
    {
        Link? only = null;
        Link[]? several = null;
        EndStamp = s_ends.Next();
        _latch.Enter();
        _ended = true;
        if (_links is { IsEmpty: false } links)
        {
            if (links.Count == 1) only = links.First;
            else several = links.ToArray();
            for (Link? link = links.First; link is not null;)
            {
                Link? next = link.After;
                if (link is not CallbackLink) links.Remove(link);
                link = next;
            }
        }
        _latch.Exit();
        _details?.Spawns?.Retire();
        if (several is null) only?.Wake();
        else
            foreach (Link link in several) link.Wake();
    }

    private void Link(Action<Greenlet> callback, Predicate<Greenlet> wanted)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Hub hub = Hub.OfThisThreadOrNull() ?? Hub;
        Append(new GreenletLink(this, _ =>
        {
            if (wanted(this)) new Greenlet(hub, () => callback(this)).StartNew();
        }, callback, hub));
    }

    private void Append(CallbackLink link)
    {
        _latch.Enter();
        bool ended = _ended;
        (_links ??= new LinkList()).Append(link);
        _latch.Exit();
        if (ended) link.Wake();
    }

    internal bool TryAdd(Link link)
    {
        _latch.Enter();
        bool open = !_ended;
        if (open) (_links ??= new LinkList()).Append(link);
        _latch.Exit();
        return open;
    }

    private bool Remove(Link link)
    {
        _latch.Enter();
        bool found = _links is { } links && links.Remove(link);
        _latch.Exit();
        return found;
    }

    private void Unlink(Delegate callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _latch.Enter();
        if (_links?.Find(link => link is GreenletLink own && own.UsersCallback == callback) is { } found) _links.Remove(found);
        _latch.Exit();
    }

    /// <summary>A callback that belongs to one greenlet: what counts is that it is still in the list when its turn comes.</summary>
    private sealed class GreenletLink(Greenlet source, Action<ILinkable> callback, Delegate usersCallback, Hub hub) : CallbackLink(source, callback, hub)
    {
        public Delegate UsersCallback { get; } = usersCallback;

        private protected override bool TryBegin() => source.Remove(this);
    }
}
