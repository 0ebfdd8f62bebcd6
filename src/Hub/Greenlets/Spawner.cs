using System;
using System.Threading;

namespace Patchy;

/// <summary>
/// What the children of one greenlet know of it. It holds the greenlet while that lives and only weakly afterwards, so that a long chain of spawns keeps
/// nothing in memory. One for all children, so that spawning pays for one reference.
/// </summary>
internal sealed class Spawner(Greenlet greenlet, SpawnTree? tree)
{
    private Greenlet? _alive = greenlet;
    private WeakReference<Greenlet>? _dead;

    /// <summary>The tree that its children belong to; null when each of them begins one of its own.</summary>
    public SpawnTree? Tree { get; } = tree;

    /// <summary>May be called from any thread.</summary>
    public Greenlet? Greenlet
    {
        get
        {
            if (Volatile.Read(ref _alive) is { } greenlet) return greenlet;
            return Volatile.Read(ref _dead) is { } dead && dead.TryGetTarget(out Greenlet? left) ? left : null;
        }
    }

    /// <summary>When it has ended.</summary>
    public void Retire()
    {
        Volatile.Write(ref _dead, new WeakReference<Greenlet>(_alive!));
        Volatile.Write(ref _alive, null);
    }
}
