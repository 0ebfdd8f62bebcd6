using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Patchy.Interop;

namespace Patchy.Diagnostics;

/// <summary>Standard error for those who must not wait: whoever holds the lock of <see cref="Console.Error"/> can be a parked greenlet.</summary>
internal static unsafe class StandardError
{
    private const int Descriptor = 2;

    /// <summary>On a native thread: to <see cref="Console.Error"/> if nobody else writes there now, else past it. Waits for no lock of it; a pipe that is full holds it up, as anybody. Never throws.</summary>
    public static void WriteAtOnce(string text)
    {
        try
        {
            TextWriter stream = Console.Error;
            if (Monitor.TryEnter(stream)) // the lock that the synchronized writer takes itself
            {
                try
                {
                    stream.Write(text);
                    return;
                }
                finally
                {
                    Monitor.Exit(stream);
                }
            }
        }
        catch (Exception)
        {
            // the user's stream, or standard error cannot be opened
        }
        WriteRaw(text);
    }

    /// <summary>To the file descriptor. Never throws.</summary>
    public static void WriteRaw(string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        while (!rest.IsEmpty)
        {
            nint written;
            // SAFETY: the bytes are pinned for the call.
            fixed (byte* bytes = rest) written = Libc.write(Descriptor, bytes, (nuint)rest.Length);
            if (written < 0 && Marshal.GetLastPInvokeError() != Libc.Eintr) return;
            if (written > 0) rest = rest[(int)written..];
        }
    }
}
