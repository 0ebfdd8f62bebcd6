using System;
using System.IO;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Patchy.Reactor;
using Patchy.Threading;

namespace Patchy.IO;

/// <summary>
/// Stands in for RandomAccess.ReadAtOffset and WriteAtOffset, where every synchronous read and write of a FileStream ends, as far as the file
/// cannot seek: FIFOs, terminals and other character devices. Regular files pass through.
/// </summary>
internal static unsafe class CooperativeRandomAccess
{
    internal static delegate*<SafeFileHandle, Span<byte>, long, int> ReadOriginal =
        (delegate*<SafeFileHandle, Span<byte>, long, int>)OriginalMethod.Of(
            typeof(RandomAccess), "ReadAtOffset", typeof(SafeFileHandle), typeof(Span<byte>), typeof(long));

    internal static delegate*<SafeFileHandle, ReadOnlySpan<byte>, long, void> WriteOriginal =
        (delegate*<SafeFileHandle, ReadOnlySpan<byte>, long, void>)OriginalMethod.Of(
            typeof(RandomAccess), "WriteAtOffset", typeof(SafeFileHandle), typeof(ReadOnlySpan<byte>), typeof(long));

    // Patching compiles these two: what only a wait needs is elsewhere.
    internal static int Read(SafeFileHandle handle, Span<byte> buffer, long fileOffset) =>
        Greenlet.Running is not { } self || SupportsRandomAccess(handle) || buffer.IsEmpty
            ? ReadOriginal(handle, buffer, fileOffset)
            : ReadWhenReady(self, handle, buffer, fileOffset);

    internal static void Write(SafeFileHandle handle, ReadOnlySpan<byte> buffer, long fileOffset)
    {
        if (Greenlet.Running is not { } self || SupportsRandomAccess(handle)) WriteOriginal(handle, buffer, fileOffset);
        else WriteWhenReady(self, handle, buffer, fileOffset);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadWhenReady(Greenlet self, SafeFileHandle handle, Span<byte> buffer, long fileOffset)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            _ = Readiness.Wait(self, (int)handle.DangerousGetHandle(), FdInterest.Read);
            return ReadOriginal(handle, buffer, fileOffset);
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteWhenReady(Greenlet self, SafeFileHandle handle, ReadOnlySpan<byte> buffer, long fileOffset)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            while (!buffer.IsEmpty)
            {
                ReadOnlySpan<byte> part = buffer;
                if (Readiness.Wait(self, (int)handle.DangerousGetHandle(), FdInterest.Write) && part.Length > Readiness.PipeBuffer) part = part[..Readiness.PipeBuffer];
                WriteOriginal(handle, part, fileOffset);
                buffer = buffer[part.Length..];
            }
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    // The runtime looks once and remembers the answer in the handle.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_SupportsRandomAccess")]
    private static extern bool SupportsRandomAccess(SafeFileHandle handle);
}
