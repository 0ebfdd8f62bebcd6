using System;
using System.IO;
using System.Runtime.InteropServices;
using Patchy.Interop;

namespace Patchy.Sockets.Polling;

/// <summary>poll(2), with and without a wait.</summary>
internal static unsafe class PollCalls
{
    // The kernel refuses more entries than RLIMIT_NOFILE at once, and one descriptor may stand in several; so few need no memory of it, either.
    private const int AtOnce = 30;

    /// <summary>Looks once at all of them, without a wait; how many have something.</summary>
    /// <exception cref="IOException">The kernel has no memory left.</exception>
    public static int Look(Span<PollEntry> entries)
    {
        int found = 0;
        for (; entries.Length > AtOnce; entries = entries[AtOnce..]) found += Poll(entries[..AtOnce], 0);
        return found + Poll(entries, 0);
    }

    /// <summary>Blocks this kernel thread until one of them has something, at most for the time (-1: for ever); how many have. Also 0 when a signal came.</summary>
    /// <exception cref="IOException">The kernel refuses so many, or has no memory left.</exception>
    public static int Block(Span<PollEntry> entries, int milliseconds) => Poll(entries, milliseconds);

    private static int Poll(Span<PollEntry> entries, int milliseconds)
    {
        fixed (PollEntry* first = entries)
        {
            // SAFETY: as many live structs as said, pinned for the call.
            int found = poll(first, (nuint)entries.Length, milliseconds);
            if (found >= 0) return found;
        }
        int errno = Marshal.GetLastPInvokeError();
        if (errno == Libc.Eintr) return 0; // nothing was there when the signal came
        throw new IOException($"poll(2) of {entries.Length} descriptors failed with errno {errno}: the kernel has no memory for it, or the process may not open so many descriptors (ulimit -n).", errno);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int poll(PollEntry* entries, nuint count, int milliseconds);
}
