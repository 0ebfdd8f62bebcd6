using System;
using System.Collections;
using System.Collections.Generic;
using System.Threading;
using Patchy.Linking;
using Semaphore = Patchy.Locks.Semaphore;

namespace Patchy.Pools;

/// <summary>Greenlets that run, kept together: it can wait for them and kill them all. A greenlet leaves the group when it ends. The counterpart of gevent.pool.Group.</summary>
public class Group : GroupMapping, IReadOnlyCollection<Greenlet>
{
    private readonly Members _members;

#pragma warning disable RS0022 // the base class has nothing for others; to derive from a group is gevent's way to have greenlets of one's own
    /// <summary>An empty group.</summary>
    public Group() : this(places: null) { }

    /// <summary>A group of greenlets that are there already.</summary>
    public Group(IEnumerable<Greenlet> greenlets) : this()
    {
        ArgumentNullException.ThrowIfNull(greenlets);
        foreach (Greenlet greenlet in greenlets) Add(greenlet);
    }
#pragma warning restore RS0022

    private protected Group(Semaphore? places)
    {
        Places = places;
        _members = new Members(places);
    }

    /// <summary>How many greenlets are in it. The counterpart of <c>len(group)</c>. May be called from any thread.</summary>
    public int Count => _members.Count;

    /// <summary>True when no further greenlet is let in for now; for a group never. The counterpart of gevent's <c>full()</c>. May be called from any thread.</summary>
    public bool Full => Places is { Locked: true };

    /// <summary>The bound of a pool.</summary>
    private protected Semaphore? Places { get; }

    /// <summary>Runs <paramref name="body"/> on a new greenlet in the group; waits first while the group is full. The counterpart of gevent's <c>spawn</c>. May be called from any thread; the greenlet belongs to the hub of the calling thread.</summary>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while the group is full.</exception>
    public Greenlet Spawn(Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Launch(blocking: true, static (group, body) => group.Create((Action)body), body);
    }

    /// <inheritdoc cref="Spawn(Action)"/>
    public Greenlet<T> Spawn<T>(Func<T> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return (Greenlet<T>)Launch(blocking: true, static (group, body) => group.Create((Func<T>)body), body);
    }

    /// <summary>Takes a greenlet in; waits first while the group is full. It should not have been started yet: while this call waits it could run and end. The counterpart of gevent's <c>add</c>. May be called from any thread.</summary>
    public void Add(Greenlet greenlet) => _ = TryAdd(greenlet, Timeout.InfiniteTimeSpan);

    /// <summary>Takes a greenlet in that has not been started, then starts it. The counterpart of gevent's <c>start</c>. May be called from any thread.</summary>
    public void Start(Greenlet greenlet)
    {
        Add(greenlet);
        greenlet.Start();
    }

    /// <summary>Lets a greenlet go, which runs on. True when it was in the group. The counterpart of gevent's <c>discard</c>. May be called from any thread.</summary>
    public bool Discard(Greenlet greenlet)
    {
        ArgumentNullException.ThrowIfNull(greenlet);
        return _members.Discard(greenlet);
    }

    /// <summary>True while the greenlet is in the group. The counterpart of <c>greenlet in group</c>. May be called from any thread.</summary>
    public bool Contains(Greenlet greenlet)
    {
        ArgumentNullException.ThrowIfNull(greenlet);
        return _members.Contains(greenlet);
    }

    /// <summary>The greenlets that are in the group now, in no order; what happens while they are enumerated is not seen. May be called from any thread.</summary>
    public IEnumerator<Greenlet> GetEnumerator() => ((IEnumerable<Greenlet>)_members.ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Waits until the group has become empty at least once; by the time the caller goes on there may be new ones. The counterpart of gevent's <c>join</c>. May be called from any thread.</summary>
    public void Join() => _ = Join(Timeout.InfiniteTimeSpan);

    /// <summary>As the other, at most for the given time. True when the group became empty. May be called from any thread.</summary>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="raiseError">Whether the error of one that was in the group when the call began is raised at the end, if any has failed.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public bool Join(TimeSpan timeout, bool raiseError = false)
    {
        Deadline deadline = TimeLimit.From(timeout);
        Greenlet[] members = raiseError ? _members.ToArray() : [];
        bool empty = _members.WaitUntilEmpty(deadline, this);
        foreach (Greenlet member in members)
            if (member.Exception is not null) member.Get();
        return empty;
    }

    /// <summary>As the other, with a timeout of the caller's own, which is started when it does not run yet, and over afterwards. Only on a greenlet.</summary>
    public bool Join(GreenletTimeout timeout) => TimeLimit.Run(timeout, this, static self => self.Join(Timeout.InfiniteTimeSpan));

    /// <summary>Kills all greenlets of the group, also those that come meanwhile, and waits until it is empty. The counterpart of gevent's <c>kill</c>. May be called from any thread.</summary>
    public void Kill() => _ = Kill(null, block: true, Deadline.Never);

    /// <summary>
    /// Raises <paramref name="exception"/> in all greenlets of the group; in each one once, however often it is called. A caller that is a member is
    /// the last, and goes by it. True when the group became empty. May be called from any thread.
    /// </summary>
    /// <param name="exception">What is raised; null is a <see cref="GreenletExit"/> for each.</param>
    /// <param name="block">False returns at once.</param>
    public bool Kill(Exception? exception, bool block) => Kill(exception, block, Deadline.Never);

    /// <inheritdoc cref="Kill(Exception, bool)"/>
    public bool Kill(Exception? exception) => Kill(exception, block: true, Deadline.Never);

    /// <summary>As the other; waits at most for the given time, and does not raise when it has passed (as in gevent). True when the group became empty.</summary>
    public bool Kill(Exception? exception, TimeSpan timeout) => Kill(exception, block: true, TimeLimit.From(timeout));

    /// <summary>As the other, with a timeout of the caller's own, which is started when it does not run yet, and over afterwards. Only on a greenlet.</summary>
    public bool Kill(Exception? exception, GreenletTimeout timeout) =>
        TimeLimit.Run(timeout, (Group: this, exception), static state => state.Group.Kill(state.exception, block: true, Deadline.Never));

    /// <summary>Kills one greenlet, if it is in the group and is not being killed already, and waits for its end. The counterpart of gevent's <c>killone</c>. May be called from any thread.</summary>
    public void KillOne(Greenlet greenlet) => _ = KillOne(greenlet, null, block: true, Deadline.Never);

    /// <summary>As the other, with an exception of your own. True when it has ended. May be called from any thread.</summary>
    public bool KillOne(Greenlet greenlet, Exception? exception) => KillOne(greenlet, exception, block: true, Deadline.Never);

    /// <summary>As the other; <paramref name="block"/> false returns at once. May be called from any thread.</summary>
    public bool KillOne(Greenlet greenlet, Exception? exception, bool block) => KillOne(greenlet, exception, block, Deadline.Never);

    /// <summary>As the other, waiting at most for the given time. May be called from any thread.</summary>
    public bool KillOne(Greenlet greenlet, Exception? exception, TimeSpan timeout) => KillOne(greenlet, exception, block: true, TimeLimit.From(timeout));

    /// <summary>Waits until another greenlet can be spawned. How many can; for a group always at once, and as many as you like. The counterpart of gevent's <c>wait_available</c>. May be called from any thread.</summary>
    public int WaitAvailable() => WaitAvailable(Timeout.InfiniteTimeSpan);

    /// <summary>As the other, at most for the given time; 0 when it has passed. May be called from any thread.</summary>
    public int WaitAvailable(TimeSpan timeout)
    {
        _ = TimeLimit.From(timeout);
        return Places?.Wait(timeout) ?? int.MaxValue;
    }

    /// <summary>As the other, with a timeout of the caller's own, which is started when it does not run yet, and over afterwards. Only on a greenlet.</summary>
    public int WaitAvailable(GreenletTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        return Places?.Wait(timeout) ?? int.MaxValue;
    }

    /// <summary>Makes the greenlet of <see cref="Spawn(Action)"/>, not started. The counterpart of gevent's <c>greenlet_class</c>: override it for greenlets of your own.</summary>
    protected virtual Greenlet Create(Action body) => new(body);

    /// <summary>Makes the greenlet of <see cref="Spawn{T}(Func{T})"/>, and of maps, not started.</summary>
    protected virtual Greenlet<T> Create<T>(Func<T> body) => new(body);

    /// <summary>False when the time passed before there was a place.</summary>
    private protected bool TryAdd(Greenlet greenlet, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(greenlet);
        if (_members.Contains(greenlet)) return true; // a second place for it would never be given back
        if (Places is not null && !Places.Acquire(timeout)) return false;
        if (!_members.Add(greenlet)) Places?.Release();
        return true;
    }

    private protected override bool IsMemberHere => Greenlet.OfThisThread is { } self && _members.Contains(self);

    private protected override bool MapsInPlace => false;

    private protected override T ApplyElsewhere<T>(Func<T> work) => Spawn(work).Get();

    private protected override void CallBack<T>(Action<T> callback, T result) => Greenlet.Spawn(() => callback(result));

    private protected override void Launch<TResult>(MapItem<TResult> item) =>
        Launch(blocking: true, static (group, item) => group.Create<TResult>(((MapItem<TResult>)item).Call), item, static (group, item, greenlet) => ((MapItem<TResult>)item).Attach((Greenlet<TResult>)greenlet, group._members));

    private protected override Greenlet<T>? TryLaunch<T>(Func<T> work) =>
        (Greenlet<T>?)Launch(blocking: false, static (group, work) => group.Create((Func<T>)work), work);

    /// <summary>A place first, then the greenlet: so none is left unstarted when the wait for the place is interrupted. Null when there is none and it may not wait.</summary>
    /// <remarks><paramref name="link"/> is called once it is in: its links come after the group's own, so that whoever they wake finds it gone.</remarks>
    private Greenlet Launch(bool blocking, Func<Group, object, Greenlet> create, object state, Action<Group, object, Greenlet>? link = null)
    {
        if (Places is not null && !Places.Acquire(blocking)) return null!;
        Greenlet greenlet;
        try
        {
            greenlet = create(this, state);
        }
        catch
        {
            Places?.Release();
            throw;
        }
        if (!_members.Add(greenlet)) Places?.Release();
        link?.Invoke(this, state, greenlet);
        greenlet.Start();
        return greenlet;
    }

    private bool Kill(Exception? exception, bool block, Deadline deadline)
    {
        Greenlet? self = Greenlet.Running;
        while (true)
        {
            Greenlet[] members = _members.ToArray();
            if (members.Length == 0) return true;
            bool hitsSelf = false;
            foreach (Greenlet member in members)
            {
                if (!_members.TryBeginKill(member)) continue;
                if (member == self) hitsSelf = true;
                else member.Kill(exception ?? new GreenletExit(), block: false);
            }
            if (hitsSelf) self!.Kill(exception ?? new GreenletExit(), block); // last: when this call may wait it is raised here and now
            if (!block) return Count == 0;
            if (members.Length == 1 && members[0] == self) return false; // called by a finally block of one that is dying: it cannot wait for its own end
            foreach (Greenlet member in members)
            {
                if (member == self) continue;
                if (!member.WaitForEnd(deadline)) return false;
                _ = _members.Discard(member); // another thread may be just about to: do not spin until it has
            }
        }
    }

    private bool KillOne(Greenlet greenlet, Exception? exception, bool block, Deadline deadline)
    {
        ArgumentNullException.ThrowIfNull(greenlet);
        if (!_members.TryBeginKill(greenlet)) return greenlet.Dead;
        bool isSelf = greenlet == Greenlet.Running;
        greenlet.Kill(exception ?? new GreenletExit(), block && isSelf);
        return block && !isSelf ? greenlet.WaitForEnd(deadline) : greenlet.Dead;
    }
}
