using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Patchy.Scenarios.Faults;

/// <summary>The descriptors of this process: how many are open, and how to have none left.</summary>
internal static partial class Descriptors
{
    private const int LimitOfDescriptors = 7; // RLIMIT_NOFILE

    public static int Count => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    /// <summary>How many this process may have at most; .NET has raised the soft limit to the hard one when it started.</summary>
    public static long Limit => (long)Math.Min(Get().Soft, int.MaxValue);

    /// <summary>Takes all that are left, a few at least, until what it returns is disposed. The limit is lowered first, so that they are not many.</summary>
    public static Taken TakeAll()
    {
        const int Few = 40;
        Console.WriteLine("All descriptors are taken."); // the first line also opens what the console needs
        int highest = Directory.GetFileSystemEntries("/proc/self/fd").Max(path => int.TryParse(Path.GetFileName(path), out int n) ? n : 0);
        Limits limits = Get();
        limits.Soft = (ulong)(highest + Few);
        if (setrlimit(LimitOfDescriptors, in limits) != 0) throw new InvalidOperationException("setrlimit failed");
        var taken = new Taken();
        for (int round = 0; round < 3; round++)
        {
            GC.Collect(); // what nobody closes any more is closed by a finalizer, sooner or later
            GC.WaitForPendingFinalizers();
            taken.Again();
            Thread.Sleep(30); // and what other threads of the process have open for a moment is free then
        }
        taken.Again();
        return taken;
    }

    private static Limits Get()
    {
        if (getrlimit(LimitOfDescriptors, out Limits limits) != 0) throw new InvalidOperationException("getrlimit failed");
        return limits;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Limits
    {
        public ulong Soft;
        public ulong Hard;
    }

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, out Limits limits);

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, in Limits limits);

    [LibraryImport("libc")]
    private static partial int dup(int fd);

    internal sealed class Taken : IDisposable
    {
        private readonly List<SafeHandle> _handles = [];

        /// <summary>Takes those that have become free since.</summary>
        public void Again()
        {
            int fd;
            while ((fd = dup(0)) >= 0) _handles.Add(new SafeFileHandle(fd, ownsHandle: true));
        }

        public void Dispose()
        {
            foreach (SafeHandle handle in _handles) handle.Dispose();
        }
    }
}
