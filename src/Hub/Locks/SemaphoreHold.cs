using System;

namespace Patchy.Locks;

/// <summary>A permit that is given back at the end of a <c>using</c>: what <see cref="Semaphore.Hold"/> returns. Dispose of it once; copies share the permit.</summary>
public readonly struct SemaphoreHold : IDisposable
{
    private readonly Semaphore? _semaphore;

    internal SemaphoreHold(Semaphore semaphore) => _semaphore = semaphore;

    /// <summary>Gives the permit back. May be called from any thread.</summary>
    public void Dispose() => _semaphore?.Release();
}
