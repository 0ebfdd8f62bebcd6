using System;

namespace Patchy;

/// <summary>What can be waited for: greenlets, events, results, semaphores. The counterpart of what gevent calls an object with <c>rawlink</c>.</summary>
public interface ILinkable
{
    /// <summary>True when a wait for it would not have to wait. May be called from any thread.</summary>
    bool Ready { get; }

    /// <summary>
    /// Has <paramref name="callback"/> called, once, when it is ready: on the hub of the calling thread, soon, also when it is ready already. The callback
    /// runs in the hub and must not block. The counterpart of gevent's <c>rawlink</c>. May be called from any thread.
    /// </summary>
    void RawLink(Action<ILinkable> callback);

    /// <summary>Takes a callback back; nothing happens when it is not (or no longer) linked. The counterpart of gevent's <c>unlink</c>. May be called from any thread.</summary>
    void Unlink(Action<ILinkable> callback);
}
