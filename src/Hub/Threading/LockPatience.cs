namespace Patchy.Threading;

/// <summary>
/// How long a kill, a timeout or an interrupt is held back at a lock that may be one of the framework's own, which it holds for a moment only: a second, in slices, so that a process that stood
/// still for longer has not used it up.
/// </summary>
internal struct LockPatience
{
    private const int Slices = 20;
    private const int SliceMilliseconds = 50;
    private int _taken;

    /// <summary>False when it is used up. <paramref name="slice"/> does not go beyond <paramref name="deadline"/>.</summary>
    public bool TryTake(Deadline deadline, out Deadline slice)
    {
        slice = Deadline.In(SliceMilliseconds);
        if (deadline.Ticks < slice.Ticks) slice = deadline;
        return _taken++ < Slices;
    }
}
