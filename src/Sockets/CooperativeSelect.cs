using System.Collections;
using System.Net.Sockets;
using Patchy.Sockets.Polling;
using Patchy.Threading;

namespace Patchy.Sockets;

/// <summary>Stands in for SocketPal.Select. References on all handles are held meanwhile, as natively.</summary>
internal static unsafe class CooperativeSelect
{
    internal static delegate*<IList?, IList?, IList?, int, SocketError> SelectOriginal =
        (delegate*<IList?, IList?, IList?, int, SocketError>)OriginalMethod.Of(
            SocketInternals.PalType, "Select", typeof(IList), typeof(IList), typeof(IList), typeof(int));

    internal static SocketError Select(IList? checkRead, IList? checkWrite, IList? checkError, int microseconds)
    {
        int milliseconds = CooperativePoll.Milliseconds(microseconds);
        // What is no socket makes the original throw what it throws.
        if (Greenlet.Running is not { } self || milliseconds == 0 || !AreSockets(checkRead) || !AreSockets(checkWrite) || !AreSockets(checkError))
            return SelectOriginal(checkRead, checkWrite, checkError, microseconds);

        int reads = checkRead?.Count ?? 0, writes = checkWrite?.Count ?? 0, errors = checkError?.Count ?? 0;
        var entries = new PollEntry[reads + writes + errors];
        var held = new SafeSocketHandle[entries.Length];
        int count = 0;
        try
        {
            Add(checkRead, PollEntry.In | PollEntry.HangUp, entries, held, ref count);
            Add(checkWrite, PollEntry.Out, entries, held, ref count);
            Add(checkError, PollEntry.Priority, entries, held, ref count);
            PollWait.AnySocket(self, entries, held, milliseconds < 0 ? Deadline.Never : Deadline.In(milliseconds));
        }
        finally
        {
            while (count > 0) held[--count].DangerousRelease();
        }
        Keep(checkRead, entries, 0, PollEntry.In | PollEntry.HangUp);
        Keep(checkWrite, entries, reads, PollEntry.Out);
        Keep(checkError, entries, reads + writes, PollEntry.Priority | PollEntry.Error);
        return SocketError.Success;
    }

    private static bool AreSockets(IList? list)
    {
        for (int i = 0; i < (list?.Count ?? 0); i++)
        {
            if (list![i] is not Socket) return false;
        }
        return true;
    }

    private static void Add(IList? list, short wanted, PollEntry[] entries, SafeSocketHandle[] held, ref int count)
    {
        for (int i = 0; i < (list?.Count ?? 0); i++)
        {
            SafeSocketHandle handle = SocketInternals.Handle((Socket)list![i]!);
            bool added = false;
            handle.DangerousAddRef(ref added);
            held[count] = handle;
            entries[count++] = new PollEntry { Fd = (int)handle.DangerousGetHandle(), Wanted = wanted };
        }
    }

    // From the end, so that the places of those before stay what they are.
    private static void Keep(IList? list, PollEntry[] entries, int first, int answers)
    {
        for (int i = (list?.Count ?? 0) - 1; i >= 0; i--)
        {
            if ((entries[first + i].Found & answers) == 0) list!.RemoveAt(i);
        }
    }
}
