using System;

namespace Patchy.Diagnostics;

/// <summary>A greenlet has kept the carrier of its hub although others were to run. The counterpart of gevent.events.EventLoopBlocked.</summary>
public sealed class EventLoopBlockedEventArgs : EventArgs
{
    internal EventLoopBlockedEventArgs(Greenlet greenlet, TimeSpan blockingTime, string info)
    {
        Greenlet = greenlet;
        BlockingTime = blockingTime;
        Info = info;
    }

    /// <summary>The greenlet that has the carrier.</summary>
    public Greenlet Greenlet { get; }

    /// <summary>Its hub.</summary>
    public Hub Hub => Greenlet.Hub;

    /// <summary>For how long at least it has had the carrier.</summary>
    public TimeSpan BlockingTime { get; }

    /// <summary>A report for people: who blocks whom, and all greenlets.</summary>
    public string Info { get; }
}
