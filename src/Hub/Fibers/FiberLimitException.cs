using System;

namespace Patchy;

/// <summary>
/// The machine's limits allow no further green thread. The message names the limit (for instance vm.max_map_count), how many there are,
/// and what to do. Existing greenlets go on. The counterpart of the OutOfMemoryException that Thread.Start throws.
/// </summary>
public sealed class FiberLimitException : OutOfMemoryException
{
    /// <summary>Creates the exception with a message that says which limit was met.</summary>
    public FiberLimitException(string message) : base(message) { }

    /// <summary>Creates the exception with a message and the error that the runtime reported.</summary>
    public FiberLimitException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>Creates the exception with a general message.</summary>
    public FiberLimitException() : this("No further green thread can be created.") { }
}
