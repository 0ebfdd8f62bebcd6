using System;
using Patchy.Linking;

namespace Patchy.Locks;

/// <summary>
/// Stands in for a semaphore where nothing has to be limited: it never blocks and never counts. The counterpart of gevent.lock.DummySemaphore.
/// </summary>
public sealed class DummySemaphore : ISemaphore
{
    /// <summary>Always false.</summary>
    public bool Locked => false;

    /// <summary>Always true.</summary>
    public bool Ready => true;

    /// <summary>Returns at once. May be called from any thread.</summary>
    public void Acquire() { }

    /// <summary>Always true, at once. May be called from any thread.</summary>
    public bool Acquire(bool blocking) => true;

    /// <summary>Always true, at once. May be called from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public bool Acquire(TimeSpan timeout)
    {
        _ = TimeLimit.From(timeout);
        return true;
    }

    /// <summary>Always true. May be called from any thread.</summary>
    public bool TryAcquire() => true;

    /// <summary>Does nothing. May be called from any thread.</summary>
    public void Release() { }

    /// <summary>Always 1, at once. May be called from any thread.</summary>
    public int Wait() => 1;

    /// <summary>Does nothing, as in gevent: there is never anything to tell. May be called from any thread.</summary>
    public void RawLink(Action<ILinkable> callback) => ArgumentNullException.ThrowIfNull(callback);

    /// <summary>Does nothing. May be called from any thread.</summary>
    public void Unlink(Action<ILinkable> callback) => ArgumentNullException.ThrowIfNull(callback);

    /// <inheritdoc/>
    public override string ToString() => nameof(DummySemaphore);
}
