using System;
using Patchy.Interop;
using Patchy.Reactor;

namespace Patchy.IO;

// Protocol of every blocking call on a descriptor that is not a socket: a FIFO, a terminal, standard input and output.
//  1. The descriptor stays blocking: its open file description may be shared with other processes (a shell, a child), which would see O_NONBLOCK too.
//     So readiness is asked for with poll(2) first, and the real call is made when there is something: a read then returns at once, and a write of at
//     most PIPE_BUF bytes has room.
//  2. Polled first, then waited for, then polled again: the reactor is edge-triggered.
//  3. The handle is held for the whole call, as the BCL's own P/Invoke holds it: a Dispose by somebody else closes the descriptor when the call has
//     ended, and does not end it.
//  4. The reactor drops the descriptor with its last waiter. Nobody tells it of the close, and the number may come back as something else.
//  5. Nothing is thrown between a call that moved bytes and its return, except by a write that goes on: what is written is written, as natively.

/// <summary>Waiting until a descriptor can be read or written without blocking.</summary>
internal static class Readiness
{
    /// <summary>POSIX's PIPE_BUF on Linux: a pipe that polls as writable takes so much without blocking, and undivided.</summary>
    public const int PipeBuffer = 4096;

    /// <summary>Only on a running greenlet; the caller holds the descriptor open. True: make the call. False: nobody can tell whether it blocks. Throws what is injected (a kill, a timeout).</summary>
    public static bool Wait(Greenlet self, int fd, FdInterest interest) => Wait(self, fd, interest, Deadline.Never) != FdResult.Unpollable;

    /// <summary>As the other, with an end: <see cref="FdResult.Ready"/>, <see cref="FdResult.TimedOut"/> or <see cref="FdResult.Unpollable"/>.</summary>
    public static FdResult Wait(Greenlet self, int fd, FdInterest interest, Deadline deadline)
    {
        short wanted = interest == FdInterest.Read ? FileCalls.PollIn : FileCalls.PollOut;
        for (int doze = 0; FileCalls.Look(fd, wanted) == 0;)
        {
            FdResult result = FdWait.WaitOnce(fd, interest, deadline);
            if (result is FdResult.TimedOut or FdResult.Unpollable) return result;
            if (result == FdResult.Interrupted) self.RaisePending(Interrupts.Injected);
            if (result != FdResult.Refused) continue;
            if (deadline.HasPassed) return FdResult.TimedOut;
            Doze(self, ref doze, "a descriptor that the kernel does not watch");
        }
        return FdResult.Ready;
    }

    /// <summary>Only on a running greenlet: looks again a little later. No event tells of what the caller waits for. Throws what is injected.</summary>
    public static void Doze(Greenlet self, ref int milliseconds, object awaited)
    {
        const int Longest = 16;
        milliseconds = Math.Clamp(milliseconds * 2, 1, Longest);
        if (new Waiter(self, awaited).Park(Deadline.In(milliseconds), Interrupts.Injected) == ParkResult.Interrupted) self.RaisePending(Interrupts.Injected);
    }
}
