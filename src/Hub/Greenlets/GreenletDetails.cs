using System.Diagnostics;
using System.Threading;
using Patchy.Scheduling;

namespace Patchy;

/// <summary>What few greenlets need: it is made on demand, so that the many stay small.</summary>
internal sealed class GreenletDetails
{
    private MinimalIdent? _ident;

    public string? Name;

    public GreenletExit? Exit;

    public StartTimer? StartTimer;

    public StackTrace? SpawningStack;

    /// <summary>What those that it has spawned know of it.</summary>
    public Spawner? Spawns;

    /// <summary>The tree that begins with this greenlet.</summary>
    public SpawnTree? OwnTree;

    /// <summary>Values of its <see cref="GreenletLocal{T}"/>s. Only the greenlet itself changes them.</summary>
    public LocalValues? Locals;

    public MinimalIdent Ident(Hub hub) =>
        Volatile.Read(ref _ident) ?? Interlocked.CompareExchange(ref _ident, new MinimalIdent(hub.Idents), null) ?? _ident;
}
