using Patchy.Threading;

namespace Patchy.Linking;

/// <summary>What owners of a <see cref="LinkList"/> do alike, each under its own latch.</summary>
internal static class Line
{
    /// <summary>
    /// Only by the caller that made the link and has put it into the list: waits. When it was not woken the link is out of the list again, and what has
    /// interrupted the wait is raised; Interrupted comes back when that was settled meanwhile: wait again.
    /// </summary>
    public static ParkResult Park(Link link, LinkList list, ref SpinLatch latch, Deadline deadline)
    {
        ParkResult result = ParkResult.Interrupted;
        try
        {
            result = LinkWait.Park(link, deadline);
        }
        finally
        {
            if (result != ParkResult.Woken) // also when Thread.Interrupt has come out of a native wait
            {
                latch.Enter();
                list.Remove(link);
                latch.Exit();
            }
        }
        LinkWait.RaiseIfInterrupted(link, result);
        return result;
    }

    /// <summary>Outside of the latch: wakes those who are in the list now; one that joins it again meanwhile is not woken twice.</summary>
    public static void WakeAll(LinkList list, ref SpinLatch latch)
    {
        latch.Enter();
        int count = list.Count;
        latch.Exit();
        for (; count > 0; count--)
        {
            latch.Enter();
            Link? link = list.TakeFirst();
            latch.Exit();
            link?.Wake();
        }
    }
}
