using System.Threading;

namespace Patchy.Locks;

/// <summary>
/// A semaphore that cannot have more permits than it began with: a release too many is a bug of the program and throws <see cref="SemaphoreFullException"/>. The
/// counterpart of gevent.lock.BoundedSemaphore, which raises ValueError.
/// </summary>
public sealed class BoundedSemaphore : Semaphore
{
    /// <summary>With that many permits, and never more.</summary>
    public BoundedSemaphore(int value = 1) : base(value, value) { }
}
