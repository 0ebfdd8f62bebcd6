using System;

namespace Patchy;

/// <summary>Raised in a greenlet that is killed. A body that lets it through has ended well. The counterpart of gevent.GreenletExit.</summary>
public sealed class GreenletExit : Exception
{
    /// <summary>Creates the exception.</summary>
    public GreenletExit() : this("The greenlet was killed.") { }

    /// <summary>Creates the exception with a message.</summary>
    public GreenletExit(string message) : base(message) { }

    /// <summary>Creates the exception with a message and a cause.</summary>
    public GreenletExit(string message, Exception? innerException) : base(message, innerException) { }
}
