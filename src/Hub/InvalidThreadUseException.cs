using System;

namespace Patchy;

/// <summary>Something that belongs to one hub was used on a thread that does not. The counterpart of gevent.exceptions.InvalidThreadUseError.</summary>
public sealed class InvalidThreadUseException : InvalidOperationException
{
    /// <summary>With the usual message.</summary>
    public InvalidThreadUseException() : base("This belongs to the hub of another thread.") { }

    /// <summary>With a message of your own.</summary>
    public InvalidThreadUseException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    public InvalidThreadUseException(string message, Exception? innerException) : base(message, innerException) { }
}
