using System;
using Patchy.Queues;

namespace Patchy.Pools;

/// <summary>A pool had no room for a greenlet, and the caller did not want to wait (any longer). The counterpart of gevent.pool.PoolFull.</summary>
public class PoolFullException : QueueFullException
{
    /// <summary>With the usual message.</summary>
    public PoolFullException() : base("The pool is full. Wait for longer (WaitAvailable), or make the pool larger.") { }

    /// <summary>With a message of your own.</summary>
    public PoolFullException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    public PoolFullException(string message, Exception? innerException) : base(message, innerException) { }
}
