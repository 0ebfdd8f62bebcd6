using System;

namespace Patchy;

/// <summary>Code that the hub itself runs (a link, a callback of <c>RunCallback</c>) has called something that would have to wait. The counterpart of gevent.exceptions.BlockingSwitchOutError.</summary>
public sealed class BlockingSwitchOutException : InvalidOperationException
{
    /// <summary>With the usual message.</summary>
    public BlockingSwitchOutException()
        : base("Impossible to call a blocking function in a callback of the hub: while it waited, nothing of this hub could run. Spawn a greenlet there (Greenlet.Spawn) and let that one wait.") { }

    /// <summary>With a message of your own.</summary>
    public BlockingSwitchOutException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    public BlockingSwitchOutException(string message, Exception? innerException) : base(message, innerException) { }
}
