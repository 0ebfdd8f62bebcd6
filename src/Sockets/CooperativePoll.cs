using System;
using System.Net.Sockets;
using Patchy.Reactor;
using Patchy.Sockets.Polling;
using Patchy.Threading;

namespace Patchy.Sockets;

/// <summary>Stands in for SocketPal.Poll. As natively, what is below a millisecond is no wait, and a reference on the handle is held meanwhile: a close ends the poll by shutting the connection down.</summary>
internal static unsafe class CooperativePoll
{
    internal static delegate*<SafeSocketHandle, int, SelectMode, out bool, SocketError> PollOriginal =
        (delegate*<SafeSocketHandle, int, SelectMode, out bool, SocketError>)OriginalMethod.Of(
            SocketInternals.PalType, "Poll", typeof(SafeSocketHandle), typeof(int), typeof(SelectMode), typeof(bool).MakeByRefType());

    internal static SocketError Poll(SafeSocketHandle handle, int microseconds, SelectMode mode, out bool status)
    {
        int milliseconds = Milliseconds(microseconds);
        if (Greenlet.Running is not { } self || milliseconds == 0) return PollOriginal(handle, microseconds, mode, out status);

        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            PollEntry entry = new() { Fd = (int)handle.DangerousGetHandle(), Wanted = Wanted(mode) };
            Deadline deadline = milliseconds < 0 ? Deadline.Never : Deadline.In(milliseconds);
            if (mode is SelectMode.SelectRead or SelectMode.SelectWrite)
                PollWait.OneSocket(self, handle, ref entry, mode == SelectMode.SelectRead ? FdInterest.Read : FdInterest.Write, deadline);
            else
                PollForErrors(self, handle, ref entry, deadline);
            status = (entry.Found & Answers(mode)) != 0;
            return SocketError.Success;
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    private static void PollForErrors(Greenlet self, SafeSocketHandle handle, ref PollEntry entry, Deadline deadline)
    {
        PollEntry[] one = [entry];
        PollWait.AnySocket(self, one, [handle], deadline);
        entry = one[0];
    }

    /// <summary>What poll(2) is told natively: -1 (as any negative) is for ever.</summary>
    internal static int Milliseconds(int microseconds) => microseconds == -1 ? -1 : microseconds / 1000;

    private static short Wanted(SelectMode mode) => mode switch
    {
        SelectMode.SelectRead => PollEntry.In,
        SelectMode.SelectWrite => PollEntry.Out,
        SelectMode.SelectError => PollEntry.Priority,
        _ => 0,
    };

    private static int Answers(SelectMode mode) => mode switch
    {
        SelectMode.SelectRead => PollEntry.In | PollEntry.HangUp,
        SelectMode.SelectWrite => PollEntry.Out,
        SelectMode.SelectError => PollEntry.Priority | PollEntry.Error,
        _ => 0,
    };
}
