using System;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Patchy.Interop;
using Patchy.Reactor;
using Patchy.Threading;

namespace Patchy.IO;

/// <summary>
/// Stands in for the calls where Console reads and writes: ConsolePal.Read (redirected input), Interop.Sys.ReadStdin (a key of the terminal, for
/// ReadLine, Read and ReadKey) and ConsolePal.Write. As natively, the locks of Console.In and Console.Out are held meanwhile.
/// </summary>
internal static unsafe class CooperativeConsole
{
    // A terminal that has room for one byte polls as writable; that much nearly always goes in at once.
    private const int TerminalPart = 256;

    private static readonly Type s_pal = Type.GetType("System.ConsolePal, System.Console", throwOnError: true)!;

    internal static delegate*<SafeFileHandle, Span<byte>, int> ReadOriginal =
        (delegate*<SafeFileHandle, Span<byte>, int>)OriginalMethod.Of(s_pal, "Read", typeof(SafeFileHandle), typeof(Span<byte>));

    internal static delegate*<SafeFileHandle, ReadOnlySpan<byte>, bool, void> WriteOriginal =
        (delegate*<SafeFileHandle, ReadOnlySpan<byte>, bool, void>)OriginalMethod.Of(s_pal, "Write", typeof(SafeFileHandle), typeof(ReadOnlySpan<byte>), typeof(bool));

    internal static delegate*<byte*, int, int> ReadKeyOriginal =
        (delegate*<byte*, int, int>)OriginalMethod.Of(s_pal.Assembly.GetType("Interop+Sys", throwOnError: true)!, "ReadStdin", typeof(byte*), typeof(int));

    // Patching compiles these three: what only a greenlet needs is elsewhere.
    internal static int Read(SafeFileHandle handle, Span<byte> buffer) =>
        Greenlet.Running is not { } self || buffer.IsEmpty ? ReadOriginal(handle, buffer) : ReadWhenReady(self, handle, buffer);

    internal static void Write(SafeFileHandle handle, ReadOnlySpan<byte> buffer, bool mayChangeCursorPosition)
    {
        if (Greenlet.Running is not { } self) WriteOriginal(handle, buffer, mayChangeCursorPosition);
        else WriteWhenReady(self, handle, buffer, mayChangeCursorPosition);
    }

    internal static int ReadKey(byte* buffer, int bufferSize) =>
        Greenlet.Running is not { } self ? ReadKeyOriginal(buffer, bufferSize) : ReadKeyWhenTyped(self, buffer, bufferSize);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadWhenReady(Greenlet self, SafeFileHandle handle, Span<byte> buffer)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            _ = Readiness.Wait(self, (int)handle.DangerousGetHandle(), FdInterest.Read);
            return ReadOriginal(handle, buffer);
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteWhenReady(Greenlet self, SafeFileHandle handle, ReadOnlySpan<byte> buffer, bool mayChangeCursorPosition)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            int fd = (int)handle.DangerousGetHandle();
            int most = buffer.Length <= TerminalPart ? buffer.Length : FileCalls.IsTerminal(fd) ? TerminalPart : Readiness.PipeBuffer;
            while (!buffer.IsEmpty)
            {
                ReadOnlySpan<byte> part = buffer[..Math.Min(buffer.Length, most)];
                _ = Readiness.Wait(self, fd, FdInterest.Write);
                WriteOriginal(handle, part, mayChangeCursorPosition);
                buffer = buffer[part.Length..];
            }
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadKeyWhenTyped(Greenlet self, byte* buffer, int bufferSize)
    {
        // While Console asks the terminal where its cursor is, a read may end with nothing after a time that the terminal driver counts.
        int limit = FileCalls.ReadLimit(0);
        Deadline deadline = limit < 0 ? Deadline.Never : Deadline.In(limit);
        return Readiness.Wait(self, 0, FdInterest.Read, deadline) == FdResult.TimedOut ? 0 : ReadKeyOriginal(buffer, bufferSize);
    }
}
