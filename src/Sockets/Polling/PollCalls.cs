using System;
using System.Runtime.InteropServices;

namespace Patchy.Sockets.Polling;

/// <summary>The system calls behind Poll and Select. None of them waits.</summary>
internal static unsafe class PollCalls
{
    /// <summary>Looks once at all of them; how many have something.</summary>
    public static int Look(Span<PollEntry> entries)
    {
        fixed (PollEntry* first = entries)
        {
            // SAFETY: as many live structs as said, and a timeout of 0.
            return poll(first, (nuint)entries.Length, 0);
        }
    }

    [DllImport("libc")]
    private static extern int poll(PollEntry* entries, nuint count, int milliseconds);
}
