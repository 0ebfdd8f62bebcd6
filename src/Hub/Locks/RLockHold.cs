using System;

namespace Patchy.Locks;

/// <summary>A hold of a lock that ends with a <c>using</c>: what <see cref="RLock.Hold"/> returns. Dispose of it once, on the greenlet that has it.</summary>
public readonly struct RLockHold : IDisposable
{
    private readonly RLock? _lock;

    internal RLockHold(RLock rlock) => _lock = rlock;

    /// <summary>Releases the lock once.</summary>
    public void Dispose() => _lock?.Release();
}
