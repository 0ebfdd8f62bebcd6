using System;

namespace Patchy.Queues;

/// <summary>A get found nothing, in the time it had or at once. The counterpart of gevent.queue.Empty.</summary>
public class QueueEmptyException : InvalidOperationException
{
    /// <summary>With the usual message.</summary>
    public QueueEmptyException() : base("The queue is empty.") { }

    /// <summary>With a message of your own.</summary>
    public QueueEmptyException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    public QueueEmptyException(string message, Exception? innerException) : base(message, innerException) { }
}
