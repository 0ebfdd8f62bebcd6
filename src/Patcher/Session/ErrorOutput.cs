using System;
using System.Runtime.InteropServices;
using System.Text;
using Patchy.Interop;

namespace Patchy.Session;

/// <summary>
/// The error output of the process, past Console: the first use of that remembers for ever whether input is redirected, changes the terminal and hooks signals, which
/// is not for Patch.All() to do in an application that may set its streams up later.
/// </summary>
internal static unsafe class ErrorOutput
{
    private const int Descriptor = 2;
    private const int Eintr = 4;

    /// <summary>One line. What cannot be written is lost, as with Console.Error.</summary>
    public static void WriteLine(string line)
    {
        ReadOnlySpan<byte> left = Encoding.UTF8.GetBytes(line + "\n");
        while (!left.IsEmpty)
        {
            // SAFETY: the array is pinned while the kernel reads from it.
            fixed (byte* text = left)
            {
                nint written = Libc.write(Descriptor, text, (nuint)left.Length);
                if (written > 0) left = left[(int)written..];
                else if (Marshal.GetLastPInvokeError() != Eintr) return;
            }
        }
    }
}
