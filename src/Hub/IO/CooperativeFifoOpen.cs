using System;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Patchy.Interop;
using Patchy.Threading;

namespace Patchy.IO;

// Protocol.
//  1. The end is opened with O_NONBLOCK, which never waits; the descriptor is made blocking before anyone else sees it.
//  2. The read end opens at once, and lets go a writer that waits. That a writer has come shows as data, as a hang-up when it has gone again (only to
//     those who opened before it came: Linux, fs/pipe.c), or else by tee(2), which tells an empty pipe with writers from one without.
//  3. The write end is refused with ENXIO as long as there is no reader.
//  4. There is no event for either, so greenlets look again every few milliseconds. A kill closes what was opened.
//  5. Every other error is left to the original, which finds the same and says it in the BCL's words.

/// <summary>Stands in for SafeFileHandle.Open, where every open of a file ends: that of a FIFO waits for the other end.</summary>
internal static unsafe class CooperativeFifoOpen
{
    // Interop.Sys.OpenFlags, which are not the kernel's.
    private const int AccessMask = 0xF;
    private const int PalReadOnly = 0;
    private const int PalWriteOnly = 1;
    private const int PalCloseOnExec = 0x10;
    private const int PalExclusive = 0x40;
    private const int PalNoFollow = 0x200;

    internal static delegate*<string, int, int, bool, out bool, object?, SafeFileHandle> OpenOriginal =
        (delegate*<string, int, int, bool, out bool, object?, SafeFileHandle>)OriginalMethod.Of(typeof(SafeFileHandle), "Open", 6);

    internal static SafeFileHandle Open(string path, int flags, int mode, bool failForSymlink, out bool wasSymlink, object? createOpenException) =>
        Greenlet.Running is { } self
            ? OpenOnGreenlet(self, path, flags, mode, failForSymlink, out wasSymlink, createOpenException)
            : OpenOriginal(path, flags, mode, failForSymlink, out wasSymlink, createOpenException);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SafeFileHandle OpenOnGreenlet(Greenlet self, string path, int flags, int mode, bool failForSymlink, out bool wasSymlink, object? createOpenException)
    {
        if ((flags & AccessMask) is not (PalReadOnly or PalWriteOnly) // opened for both, a FIFO never waits
            || (flags & PalExclusive) != 0
            || !FileCalls.IsFifo(path, followLinks: (flags & PalNoFollow) == 0))
            return OpenOriginal(path, flags, mode, failForSymlink, out wasSymlink, createOpenException);

        int keep = (flags & PalCloseOnExec) != 0 ? FileCalls.CloseOnExec : 0;
        int fd = (flags & AccessMask) == PalReadOnly ? OpenToRead(self, path, keep) : OpenToWrite(self, path, keep);
        if (fd < 0) return OpenOriginal(path, flags, mode, failForSymlink, out wasSymlink, createOpenException);
        FileCalls.ClearNonBlocking(fd);
        wasSymlink = false;
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        Path(handle) = path;
        return handle;
    }

    private static int OpenToWrite(Greenlet self, string path, int keep)
    {
        string? awaited = null;
        for (int doze = 0; ;)
        {
            int fd = FileCalls.Open(path, FileCalls.WriteOnly | FileCalls.NonBlock | keep, out int error);
            if (fd >= 0 || error != FileCalls.Enxio) return fd;
            Readiness.Doze(self, ref doze, awaited ??= $"a reader of {path}");
        }
    }

    private static int OpenToRead(Greenlet self, string path, int keep)
    {
        int fd = FileCalls.Open(path, FileCalls.ReadOnly | FileCalls.NonBlock | keep, out _);
        if (fd < 0) return fd;
        int scratchOut = -1, scratchIn = -1;
        bool opened = false;
        try
        {
            if (!FileCalls.TryMakePipe(out scratchOut, out scratchIn)) return -1;
            string? awaited = null;
            for (int doze = 0; FileCalls.Look(fd, FileCalls.PollIn) == 0 && !FileCalls.HasWriter(fd, scratchIn);) Readiness.Doze(self, ref doze, awaited ??= $"a writer of {path}");
            opened = true;
            return fd;
        }
        finally
        {
            if (!opened) _ = Libc.close(fd);
            if (scratchOut >= 0)
            {
                _ = Libc.close(scratchOut);
                _ = Libc.close(scratchIn);
            }
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_path")]
    private static extern ref string? Path(SafeFileHandle handle);
}
