using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Patchy.Sockets.Tests.IO;

/// <summary>FIFOs and pipes for tests, and how many descriptors this process has.</summary>
internal static unsafe partial class Descriptors
{
    private static int s_made;

    /// <summary>What is open now, the folder that is listed for it included.</summary>
    public static int Count => Directory.GetFiles("/proc/self/fd").Length;

    public static string MakeFifo()
    {
        string path = Path.Combine(Path.GetTempPath(), $"patchy-test-{Environment.ProcessId}-{Interlocked.Increment(ref s_made)}.fifo");
        if (mkfifo(path, 0x180) != 0) throw new IOException($"mkfifo failed with errno {Marshal.GetLastPInvokeError()}");
        return path;
    }

    public static FileStream Reader(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);

    public static FileStream Writer(string path) => new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);

    /// <summary>The two ends of an anonymous pipe, as plain file streams.</summary>
    public static (FileStream ReadEnd, FileStream WriteEnd) Pipe()
    {
        int* ends = stackalloc int[2];
        if (pipe(ends) != 0) throw new IOException($"pipe failed with errno {Marshal.GetLastPInvokeError()}");
        return (new FileStream(new SafeFileHandle(ends[0], true), FileAccess.Read, 0), new FileStream(new SafeFileHandle(ends[1], true), FileAccess.Write, 0));
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe(int* ends);
}
