using System;
using System.Runtime.InteropServices;
using Patchy.Reactor;

namespace Patchy.Sockets.Polling;

/// <summary>
/// Waits for any of several descriptors, in any direction, out-of-band data included: they are put into an epoll set of their own, and
/// that set, being a descriptor itself, is waited for in the hub's reactor.
/// </summary>
internal static class PollWait
{
    /// <summary>
    /// Only on a running greenlet, with references held on the descriptors: parks until one of them has something (then true, and what it is stands in the
    /// entries) or the deadline has passed. Throws what is injected.
    /// </summary>
    public static bool Any(Greenlet self, Span<PollEntry> entries, Deadline deadline)
    {
        if (PollCalls.Look(entries) > 0) return true;
        using EpollSet set = EpollSet.Of(entries);
        while (true)
        {
            switch (FdWait.Wait(set, (int)set.DangerousGetHandle(), FdInterest.Read, deadline))
            {
                case FdResult.TimedOut:
                    return PollCalls.Look(entries) > 0;
                case FdResult.Interrupted:
                    self.RaisePending(Interrupts.Injected);
                    break;
                case FdResult.Unpollable:
                    if (SocketCall.Doze(self, deadline) != System.Net.Sockets.SocketError.Success) return PollCalls.Look(entries) > 0;
                    break;
            }
            if (PollCalls.Look(entries) > 0) return true;
            set.Drain();
        }
    }

    /// <summary>As <see cref="Any"/>, for one descriptor that the reactor itself can wait for.</summary>
    public static bool One(Greenlet self, SafeHandle guard, ref PollEntry entry, FdInterest interest, Deadline deadline)
    {
        while (true)
        {
            if (PollCalls.Look(MemoryMarshal.CreateSpan(ref entry, 1)) > 0) return true;
            if (deadline.HasPassed) return false;
            switch (FdWait.Wait(guard, entry.Fd, interest, deadline))
            {
                case FdResult.Interrupted:
                    self.RaisePending(Interrupts.Injected);
                    break;
                case FdResult.Unpollable:
                    _ = SocketCall.Doze(self, deadline);
                    break;
            }
        }
    }
}
