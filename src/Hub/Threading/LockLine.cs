namespace Patchy.Threading;

// Protocol of a line.
// 1. Greenlets that wait for one lock stand in a line, first come, first served. Only the first one tries; the others sleep.
// 2. Whoever leaves the line, for whatever reason, tells the new first one if it was the first itself. A new first one that has just
//    given up (late or interrupted: its Wake fails) leaves the line by itself and tells the next in its turn.
// 3. The bucket's latch guards the line; waiters are woken after it has been left.

/// <summary>The greenlets that wait to enter one lock.</summary>
internal sealed class LockLine : IdentityEntry
{
    private static readonly IdentityTable s_lines = new();
    private LockPlace? _first;
    private LockPlace? _last;

    private LockLine(object target) : base(target) { }

    /// <summary>Puts <paramref name="greenlet"/> at the end of the line for <paramref name="target"/>.</summary>
    public static LockPlace Join(object target, Greenlet greenlet)
    {
        LockPlace place = new();
        ref IdentityTable.Bucket bucket = ref s_lines.BucketOf(target);
        bucket.Latch.Enter();
        if (bucket.Find(target) is not LockLine line)
        {
            line = new LockLine(target);
            bucket.Add(line);
        }
        place.Line = line;
        if (line._last is { } last)
        {
            place.Turn = new Waiter(greenlet, target);
            place.Before = last;
            last.After = place;
        }
        else
        {
            line._first = place;
        }
        line._last = place;
        bucket.Latch.Exit();
        return place;
    }

    /// <summary>
    /// Takes a place out of the line. <paramref name="owner"/> is the greenlet when it has got the lock: the next one then need not
    /// look before that greenlet has stopped running; null when it has not.
    /// </summary>
    public void Leave(LockPlace place, Greenlet? owner)
    {
        Waiter? next = null;
        ref IdentityTable.Bucket bucket = ref s_lines.BucketOf(Target);
        bucket.Latch.Enter();
        if (place.Before is { } before) before.After = place.After;
        else
        {
            _first = place.After;
            next = _first?.Turn;
        }
        if (place.After is { } after) after.Before = place.Before;
        else _last = place.Before;
        if (_first is null) bucket.Remove(this);
        bucket.Latch.Exit();
        if (next is not null) OwnerWait.WakeAfter(owner, next);
    }
}
