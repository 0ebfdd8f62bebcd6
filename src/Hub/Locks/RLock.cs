using System;
using System.Threading;
using Patchy.Linking;

namespace Patchy.Locks;

// Protocol.
//  1. Only the owner writes _owner and _depth: after it has the one permit of _permit, and before it gives that back. So whoever reads itself there is the
//     owner, and whoever reads anything else is not, however old that is.
//  2. The owner is the greenlet, not its CLR thread: pooled greenlets share those one after the other, and one that ends with the lock keeps it (gevent L7). The
//     main greenlet is the exception: its thread was there before the hub, and may have taken the lock then.

/// <summary>
/// A lock that its owner can take again, and has to release as often. The owner is the greenlet, or the native thread. The counterpart of
/// gevent.lock.RLock. It may be shared by threads and hubs, and belongs to none.
/// </summary>
public sealed class RLock
{
    private readonly Semaphore _permit = new(1);
    private object? _owner;
    private int _depth;

    /// <summary>True when the caller has it. May be called from any thread.</summary>
    public bool IsHeldByCaller => ReferenceEquals(Volatile.Read(ref _owner), Caller);

    /// <summary>True when somebody has it. May be called from any thread.</summary>
    public bool Locked => _permit.Locked;

    /// <summary>Takes the lock, or takes it once more; waits while another has it. May be called from any thread.</summary>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while another had it.</exception>
    public void Acquire() => Acquire(blocking: true);

    /// <summary>As the other; with <paramref name="blocking"/> false it only tries. True when the caller has it. May be called from any thread.</summary>
    public bool Acquire(bool blocking)
    {
        object caller = Caller;
        return TakenAgain(caller) || (_permit.Acquire(blocking) && Taken(caller));
    }

    /// <summary>As the other, at most for the given time; zero only tries. False when the time passed first. May be called from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public bool Acquire(TimeSpan timeout)
    {
        _ = TimeLimit.From(timeout);
        object caller = Caller;
        return TakenAgain(caller) || (_permit.Acquire(timeout) && Taken(caller));
    }

    /// <summary>As the other, with a timeout of the caller's own, which is started when it does not run yet: false when that one came first. It is over afterwards. Only on a greenlet.</summary>
    public bool Acquire(GreenletTimeout timeout) => TimeLimit.Run(timeout, this, static self => self.Acquire(blocking: true));

    /// <summary>Takes the lock if it is free or the caller has it. May be called from any thread.</summary>
    public bool TryAcquire() => Acquire(blocking: false);

    /// <summary>Acquires, and releases at the end of the block: <c>using (rlock.Hold()) { ... }</c>. May be called from any thread.</summary>
    public RLockHold Hold()
    {
        Acquire();
        return new RLockHold(this);
    }

    /// <summary>Releases it once; when that was the last time the one who has waited longest is made ready. Never switches. Only by the owner.</summary>
    /// <exception cref="SynchronizationLockException">The caller does not have it.</exception>
    public void Release()
    {
        object caller = Caller;
        if (!ReferenceEquals(_owner, caller)) throw NotTheOwner(caller);
        if (--_depth > 0) return;
        Volatile.Write(ref _owner, null);
        _permit.Release();
    }

    /// <inheritdoc/>
    public override string ToString() => Volatile.Read(ref _owner) is { } owner ? $"RLock (held by {NameOf(owner)})" : "RLock (free)";

    private static object Caller =>
        Greenlet.OfThisThread is { } greenlet && greenlet != greenlet.Hub.Main ? greenlet : Thread.CurrentThread;

    private static string NameOf(object owner) =>
        owner is Greenlet greenlet ? greenlet.Name : $"thread {((Thread)owner).ManagedThreadId} {((Thread)owner).Name}".TrimEnd();

    private bool TakenAgain(object caller)
    {
        if (!ReferenceEquals(_owner, caller)) return false;
        _depth = checked(_depth + 1);
        return true;
    }

    private bool Taken(object caller)
    {
        Volatile.Write(ref _owner, caller);
        _depth = 1;
        return true;
    }

    private SynchronizationLockException NotTheOwner(object caller) => new(
        $"{NameOf(caller)} cannot release this lock: {(Volatile.Read(ref _owner) is { } owner ? $"{NameOf(owner)} has it" : "nobody has it")}. Only its owner releases it, as often as it has acquired it.");
}
