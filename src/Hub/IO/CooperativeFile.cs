using System;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Patchy.Interop;
using Patchy.Threading;

namespace Patchy.IO;

/// <summary>
/// The group file: stands in for the reads, writes and flushes of regular files in CoreLib (Interop.Sys.PRead and its like, where FileStream,
/// RandomAccess and File end). A disk cannot be waited for with events: the call runs on one of a bounded number of kernel threads. What
/// lies in the page cache is read at once. A kill or a timeout is delivered at the next wait.
/// </summary>
internal static unsafe class CooperativeFile
{
    private static readonly Type s_calls = typeof(object).Assembly.GetType("Interop+Sys", throwOnError: true)!;

    internal static delegate*<SafeHandle, byte*, int, long, int> ReadOriginal =
        (delegate*<SafeHandle, byte*, int, long, int>)OriginalMethod.Of(s_calls, "PRead", typeof(SafeHandle), typeof(byte*), typeof(int), typeof(long));

    internal static delegate*<SafeHandle, byte*, int, long, int> WriteOriginal =
        (delegate*<SafeHandle, byte*, int, long, int>)OriginalMethod.Of(s_calls, "PWrite", typeof(SafeHandle), typeof(byte*), typeof(int), typeof(long));

    internal static delegate*<SafeHandle, nint, int, long, long> ReadScatterOriginal =
        (delegate*<SafeHandle, nint, int, long, long>)OriginalMethod.Of(s_calls, "PReadV", 4);

    internal static delegate*<SafeHandle, nint, int, long, long> WriteGatherOriginal =
        (delegate*<SafeHandle, nint, int, long, long>)OriginalMethod.Of(s_calls, "PWriteV", 4);

    internal static delegate*<SafeFileHandle, int> FlushOriginal =
        (delegate*<SafeFileHandle, int>)OriginalMethod.Of(s_calls, "FSync", typeof(SafeFileHandle));

    internal static delegate*<SafeFileHandle, SafeFileHandle, long, int> CopyOriginal =
        (delegate*<SafeFileHandle, SafeFileHandle, long, int>)OriginalMethod.Of(s_calls, "CopyFile", typeof(SafeFileHandle), typeof(SafeFileHandle), typeof(long));

    internal static int Read(SafeHandle handle, byte* buffer, int count, long offset)
    {
        if (Greenlet.Running is null) return ReadOriginal(handle, buffer, count, offset);
        int got = FromCache(handle, buffer, count, offset, out bool ended);
        if (ended || got == count) return got;
        int more = (int)Away(static c => ReadOriginal(c.Handle, (byte*)c.Memory, c.Count, c.Offset), new(handle, (nint)(buffer + got), count - got, offset + got));
        return more >= 0 ? got + more : got > 0 ? got : more; // an error shows again at the next read, as in the kernel's own short reads
    }

    internal static int Write(SafeHandle handle, byte* buffer, int count, long offset) => Greenlet.Running is null
        ? WriteOriginal(handle, buffer, count, offset)
        : (int)Away(static c => WriteOriginal(c.Handle, (byte*)c.Memory, c.Count, c.Offset), new(handle, (nint)buffer, count, offset));

    internal static long ReadScatter(SafeHandle handle, nint vectors, int count, long offset) => Greenlet.Running is null
        ? ReadScatterOriginal(handle, vectors, count, offset)
        : Away(static c => ReadScatterOriginal(c.Handle, c.Memory, c.Count, c.Offset), new(handle, vectors, count, offset));

    internal static long WriteGather(SafeHandle handle, nint vectors, int count, long offset) => Greenlet.Running is null
        ? WriteGatherOriginal(handle, vectors, count, offset)
        : Away(static c => WriteGatherOriginal(c.Handle, c.Memory, c.Count, c.Offset), new(handle, vectors, count, offset));

    /// <summary>fsync(2): FileStream.Flush(true), RandomAccess.FlushToDisk.</summary>
    internal static int Flush(SafeFileHandle handle) => Greenlet.Running is null
        ? FlushOriginal(handle)
        : (int)Away(static c => FlushOriginal((SafeFileHandle)c.Handle), new(handle, 0, 0, 0));

    /// <summary>File.Copy.</summary>
    internal static int Copy(SafeFileHandle source, SafeFileHandle destination, long length) => Greenlet.Running is null
        ? CopyOriginal(source, destination, length)
        : (int)Away(static c => CopyOriginal((SafeFileHandle)c.Handle, c.Second!, c.Offset), new(source, 0, 0, length, destination));

    /// <summary>What can be read without waiting for the disk: how much, and whether the end of the file was met.</summary>
    private static int FromCache(SafeHandle handle, byte* buffer, int count, long offset, out bool ended)
    {
        ended = false;
        int got = 0;
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            while (got < count)
            {
                int n = FileCalls.ReadCached((int)handle.DangerousGetHandle(), buffer + got, count - got, offset + got);
                ended = n == 0;
                if (n <= 0) break;
                got += n;
            }
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
        return got;
    }

    private static long Away(Func<Call, long> body, Call call)
    {
        // The caller asks for the error number of the call, which lies in a thread static that coming back may overwrite.
        (long result, int error) = Escape.Run(EscapePool.File, (body, call), static state => (state.body(state.call), Marshal.GetLastPInvokeError()));
        Marshal.SetLastPInvokeError(error);
        return result;
    }

    /// <summary>The arguments of one call. The memory is pinned by the caller, who waits.</summary>
    private readonly record struct Call(SafeHandle Handle, nint Memory, int Count, long Offset, SafeFileHandle? Second = null);
}
