using System;

namespace Patchy;

/// <summary>The scheduler of one carrier.</summary>
public sealed class Hub
{
    /// <summary>Only on a running greenlet: lets the others run and comes back. The counterpart of gevent.sleep(0).</summary>
    internal static void Yield() => throw new NotImplementedException();

    /// <summary>Only on a running greenlet: parks for the time; false when interrupted (call RaisePending).</summary>
    internal static ParkResult Sleep(Deadline deadline) => throw new NotImplementedException();

    /// <summary>True when other greenlets of this hub are ready to run now.</summary>
    internal bool HasReady => throw new NotImplementedException();

    /// <summary>Number of switches between greenlets on this hub so far; a waiter that retries compares it to see whether anyone ran.</summary>
    internal long SwitchCount => throw new NotImplementedException();

    /// <summary>
    /// Only on a running greenlet: parks until at least one other greenlet of this hub has run (or timers/descriptors made one ready and it ran),
    /// or the deadline passes. Costs nothing while everything sleeps.
    /// </summary>
    internal ParkResult ParkUntilOthersRan(Deadline deadline, object? awaited, bool interruptible) => throw new NotImplementedException();
}
