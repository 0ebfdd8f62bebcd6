using System;

namespace Patchy.Queues;

/// <summary>The queue has been shut down: nothing can be put any more, and nothing (more) can be got. The counterpart of gevent.queue.ShutDown.</summary>
public class QueueShutDownException : InvalidOperationException
{
    /// <summary>With the usual message.</summary>
    public QueueShutDownException() : base("The queue has been shut down: nothing can be put any more, and it has no items (left).") { }

    /// <summary>With a message of your own.</summary>
    public QueueShutDownException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    public QueueShutDownException(string message, Exception? innerException) : base(message, innerException) { }
}
