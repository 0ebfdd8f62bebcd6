using System;

namespace Patchy;

/// <summary>The hub has been destroyed: nothing can run on it any more. The counterpart of gevent.exceptions.HubDestroyed.</summary>
public sealed class HubDestroyedException : InvalidOperationException
{
    /// <summary>With the usual message.</summary>
    public HubDestroyedException() : base("The hub has been destroyed: nothing can run on it any more.") { }

    /// <summary>With a message of your own.</summary>
    public HubDestroyedException(string message) : base(message) { }

    /// <summary>With a message and a cause.</summary>
    public HubDestroyedException(string message, Exception? innerException) : base(message, innerException) { }
}
