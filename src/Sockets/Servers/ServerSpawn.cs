using System;
using Patchy.Pools;

namespace Patchy.Servers;

/// <summary>
/// On what a server runs its handlers. Made from a <see cref="Group"/> or <see cref="Pool"/>, or from a number of them at most, by conversion; null stands for
/// <see cref="InPlace"/>. The counterpart of gevent's <c>spawn</c> argument.
/// </summary>
public sealed class ServerSpawn
{
    private readonly Func<Action, Greenlet>? _spawn;

    private ServerSpawn(Func<Action, Greenlet>? spawn, Group? group)
    {
        _spawn = spawn;
        Group = group;
    }

    /// <summary>A greenlet for each, as many as come; they go on after the server has stopped. The default.</summary>
    public static ServerSpawn Greenlets { get; } = new(Greenlet.Spawn, null);

    /// <summary>
    /// No greenlet of its own: one handler after the other, on the greenlet that accepts. It may wait, but nothing is accepted meanwhile. The counterpart of gevent's <c>None</c>,
    /// whose handlers run in the hub and must not wait at all.
    /// </summary>
    public static ServerSpawn InPlace { get; } = new(null, null);

    /// <summary>Where the handlers are members; null when they are in no group. May be called from any thread.</summary>
    public Group? Group { get; }

    /// <summary>On greenlets that <paramref name="spawn"/> makes and starts: for instance <c>hub.Spawn</c>, for handlers on another hub. May be called from any thread.</summary>
    public static ServerSpawn By(Func<Action, Greenlet> spawn)
    {
        ArgumentNullException.ThrowIfNull(spawn);
        return new ServerSpawn(spawn, null);
    }

    /// <summary>In that group. While a <see cref="Pool"/> is full the server accepts nothing. When the server stops it waits for the group, then kills it. May be called from any thread.</summary>
    public static ServerSpawn In(Group group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return new ServerSpawn(group.Spawn, group);
    }

    /// <summary>At most so many at once, in a pool of the server's own. May be called from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above zero: nothing would ever be accepted.</exception>
    public static ServerSpawn AtMost(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return In(new Pool(count));
    }

    /// <inheritdoc cref="In"/>
    public static implicit operator ServerSpawn(Group group) => In(group);

    /// <inheritdoc cref="AtMost"/>
    public static implicit operator ServerSpawn(int count) => AtMost(count);

    /// <summary>True when starting a handler may have to wait for others to end.</summary>
    internal bool MayWait => !ReferenceEquals(this, Greenlets) && _spawn is not null;

    internal bool IsInPlace => _spawn is null;

    internal bool IsFull => Group is { Full: true };

    /// <summary>Only on the accepting greenlet.</summary>
    internal void Start(ServerJob job)
    {
        if (_spawn is null)
        {
            job.RunHere();
            return;
        }
        // Who never runs (killed before its turn, no stack to be had, the hub destroyed) has to let go of its connection all the same.
        _spawn(job.Run)?.RawLink(job.OnEnd);
    }
}
