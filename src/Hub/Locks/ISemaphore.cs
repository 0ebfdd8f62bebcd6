using System;

namespace Patchy.Locks;

/// <summary>What semaphores have in common, so that <see cref="DummySemaphore"/> can stand in where nothing has to be limited.</summary>
public interface ISemaphore : ILinkable
{
    /// <summary>True when an acquire would have to wait. May be called from any thread.</summary>
    bool Locked { get; }

    /// <summary>Takes a permit; waits for one if need be. May be called from any thread.</summary>
    void Acquire();

    /// <summary>As the other; with <paramref name="blocking"/> false it only tries. True when a permit was taken. May be called from any thread.</summary>
    bool Acquire(bool blocking);

    /// <summary>As the other, at most for the given time. True when a permit was taken. May be called from any thread.</summary>
    bool Acquire(TimeSpan timeout);

    /// <summary>Takes a permit if there is one. May be called from any thread.</summary>
    bool TryAcquire();

    /// <summary>Gives a permit back; never switches. May be called from any thread.</summary>
    void Release();

    /// <summary>Waits until a permit is there, but takes none. How many there are. May be called from any thread.</summary>
    int Wait();
}
