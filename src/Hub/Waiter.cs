using System;

namespace Patchy;

/// <summary>
/// One wait of one greenlet: a one-shot rendezvous with a permit. Wake before Park is safe: Park then returns at once.
/// </summary>
internal sealed class Waiter
{
    /// <summary>A wait of <paramref name="greenlet"/>, the one that runs now; <paramref name="awaited"/> is shown in dumps (an object, or a short string).</summary>
    public Waiter(Greenlet greenlet, object? awaited) => throw new NotImplementedException();

    /// <summary>Only on the greenlet itself: waits until woken, interrupted or late. Never throws.</summary>
    /// <param name="deadline">When to give up.</param>
    /// <param name="interruptible">False where the BCL's own call could not be interrupted, for instance the re-acquire of a monitor.</param>
    public ParkResult Park(Deadline deadline, bool interruptible = true) => throw new NotImplementedException();

    /// <summary>
    /// Ends the wait. May be called from any thread, any number of times. True when this call decided the wait: what was handed over has been
    /// taken. False when the wait was already over (timed out, interrupted, woken): give it to another waiter.
    /// </summary>
    public bool Wake() => throw new NotImplementedException();

    /// <summary>True once the wait is decided.</summary>
    public bool IsDecided => throw new NotImplementedException();

    /// <summary>The greenlet that waits.</summary>
    public Greenlet Greenlet => throw new NotImplementedException();
}
