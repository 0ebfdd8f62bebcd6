using System;

namespace Patchy.Queues;

/// <summary>A put found no place, in the time it had or at once. The counterpart of gevent.queue.Full.</summary>
public class QueueFullException : InvalidOperationException
{
    /// <summary>With the usual message.</summary>
    public QueueFullException() : base("The queue is full.") { }

    /// <summary>With a message of your own.</summary>
    public QueueFullException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    public QueueFullException(string message, Exception? innerException) : base(message, innerException) { }
}
