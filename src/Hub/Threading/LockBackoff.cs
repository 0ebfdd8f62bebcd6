namespace Patchy.Threading;

/// <summary>The pauses between tries when a lock can only be polled: no place for an escape is free.</summary>
internal struct LockBackoff
{
    private const int LongestMilliseconds = 16;
    private int _milliseconds;

    /// <summary>Parks for the next pause; 1, 2, 4 ... 16 ms, but not beyond the deadline.</summary>
    public ParkResult Park(Greenlet greenlet, object? awaited, Deadline deadline, bool interruptible)
    {
        _milliseconds = _milliseconds == 0 ? 1 : System.Math.Min(_milliseconds * 2, LongestMilliseconds);
        Deadline pause = Deadline.In(_milliseconds);
        return new Waiter(greenlet, awaited).Park(deadline.Ticks < pause.Ticks ? deadline : pause, interruptible);
    }
}
