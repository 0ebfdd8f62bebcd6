using System;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Patchy.Fibers;

/// <summary>Reads small files of the kernel by bare system calls: the BCL's file calls may be patched, and this runs inside a launch.</summary>
internal static unsafe class ProcFile
{
    private const int BufferSize = 64 * 1024;

    /// <summary>What <see cref="Read"/> hands over, piece by piece.</summary>
    internal delegate void Piece(ReadOnlySpan<byte> bytes);

    /// <summary>The number that is all the file holds, or -1.</summary>
    public static long Number(string path)
    {
        long number = -1;
        Read(path, bytes =>
        {
            if (!long.TryParse(bytes.Trim("\n "u8), NumberStyles.Integer, CultureInfo.InvariantCulture, out number)) number = -1;
        });
        return number;
    }

    /// <summary>How many lines the file has, or -1 when it cannot be read.</summary>
    public static int Lines(string path)
    {
        int lines = 0;
        return Read(path, bytes => lines += bytes.Count((byte)'\n')) ? lines : -1;
    }

    /// <summary>The whole text; empty when it cannot be read.</summary>
    public static string Text(string path)
    {
        StringBuilder text = new();
        Read(path, bytes => text.Append(Encoding.Latin1.GetString(bytes)));
        return text.ToString();
    }

    private static bool Read(string path, Piece piece)
    {
        byte[] name = Encoding.UTF8.GetBytes(path + "\0");
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        fixed (byte* pathBytes = name, into = buffer)
        {
            int file = open(pathBytes, 0, 0);
            if (file < 0) return false;
            nint length;
            while ((length = read(file, into, BufferSize)) > 0) piece(buffer.AsSpan(0, (int)length));
            _ = close(file);
            return length == 0;
        }
    }

    [DllImport("libc")]
    private static extern int open(byte* path, int flags, int mode);

    [DllImport("libc")]
    private static extern nint read(int file, byte* buffer, nint length);

    [DllImport("libc")]
    private static extern int close(int file);
}
