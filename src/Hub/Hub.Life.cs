using System;

namespace Patchy;

public sealed partial class Hub
{
    /// <summary>
    /// The hub of the calling thread; made when there is none: the code of that thread is its main greenlet then, and the hub runs while that code waits
    /// in Patchy. Also answers in a callback of the hub. The counterpart of <c>gevent.get_hub()</c>. May be called from any thread.
    /// </summary>
    public static Hub Current => ForThisThread();

    /// <summary>The hub of the calling thread, or null: none is made. The counterpart of gevent's <c>get_hub_if_exists</c>. May be called from any thread.</summary>
    public static Hub? CurrentOrNull => Greenlet.OfThisThread?.Hub ?? t_loopOf;
}
