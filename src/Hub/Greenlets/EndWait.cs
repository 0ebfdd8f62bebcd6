using System.Collections.Generic;

namespace Patchy;

/// <summary>
/// A wait for the ends of many greenlets, without a link for each: it joins one after the other and puts them in the order of their ends afterwards, by
/// the stamps that they have got then.
/// </summary>
internal static class EndWait
{
    /// <summary>Those that end in time: first those that had ended before, in the order given (as in gevent), then the others in the order of their ends.</summary>
    public static List<T> Take<T>(T[] all, Deadline deadline) where T : ILinkable
    {
        long before = Greenlet.LastEnd, last = 0;
        bool inTime = true, sorted = true;
        List<T>? early = null;
        var ready = new List<T>(all.Length);
        foreach (T one in all) // once: of a million greenlets each look is a cache miss
        {
            Greenlet greenlet = Of(one);
            if (inTime) inTime = greenlet.WaitForEnd(deadline);
            if (!greenlet.Ready) continue;
            long stamp = greenlet.EndStamp;
            if (stamp <= before)
            {
                (early ??= []).Add(one);
                continue;
            }
            sorted &= stamp >= last;
            last = stamp;
            ready.Add(one);
        }
        if (!sorted) ready.Sort(static (a, b) => Of(a).EndStamp.CompareTo(Of(b).EndStamp));
        if (early is null) return ready;
        early.AddRange(ready);
        return early;
    }

    private static Greenlet Of<T>(T one) => (Greenlet)(object)one!;
}
