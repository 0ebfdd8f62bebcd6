using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Patchy.Sockets.Tests.IO;

/// <summary>FIFOs and pipes for tests, and the descriptors that this process has of one.</summary>
internal static unsafe partial class Descriptors
{
    /// <summary>How many descriptors of this process are open on that file. Not all that are open: finalizers close what earlier tests left.</summary>
    public static int CountOf(string path) => Directory.GetFiles("/proc/self/fd").Count(descriptor => new FileInfo(descriptor).LinkTarget == path);

    public static string MakeFifo()
    {
        string path = Path.Combine(Path.GetTempPath(), $"patchy-test-{Path.GetRandomFileName()}.fifo");
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
