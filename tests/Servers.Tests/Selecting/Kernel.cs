using System.Runtime.InteropServices;

namespace Patchy.Servers.Tests.Selecting;

/// <summary>Descriptors as native code has them: bare numbers, which nobody guards.</summary>
// SAFETY: each buffer is pinned or on the stack while the kernel has its address, and as long as the kernel is told; the layouts are those of x64.
internal static unsafe partial class Kernel
{
    public const int Ebadf = 9;
    public const int Eloop = 40;

    private const int CloseOnExec = 0x80000;
    private const int NonBlock = 0x800;
    private const int Add = 1; // EPOLL_CTL_ADD
    private const int DuplicateAtOrAbove = 1030; // F_DUPFD_CLOEXEC

    public static (int Read, int Write) Pipe()
    {
        int* ends = stackalloc int[2];
        Check(pipe2(ends, CloseOnExec | NonBlock));
        return (ends[0], ends[1]);
    }

    public static void Write(int fd, int count = 1)
    {
        byte[] bytes = new byte[count];
        fixed (byte* first = bytes) Check((int)write(fd, first, (nuint)count));
    }

    /// <summary>How many bytes there were.</summary>
    public static int Read(int fd)
    {
        byte* buffer = stackalloc byte[64];
        return (int)read(fd, buffer, 64);
    }

    /// <summary>Writes until there is no room.</summary>
    public static void Fill(int fd)
    {
        byte[] bytes = new byte[4096];
        fixed (byte* first = bytes)
        {
            while (write(fd, first, (nuint)bytes.Length) > 0) { }
        }
    }

    public static void Close(params int[] fds)
    {
        foreach (int fd in fds) Check(close(fd));
    }

    /// <summary>The number <paramref name="at"/> names what <paramref name="fd"/> does from now on: what it named before is closed in the same moment.</summary>
    public static void Replace(int at, int fd) => Check(dup3(fd, at, CloseOnExec));

    public static int Duplicate(int fd) => Check(dup(fd));

    /// <summary>
    /// A number that is open nowhere, but below what this process has had open: select(2) looks at such ones. It lies far above the others, since the kernel gives the lowest free one to whoever
    /// opens something next: the hub's monitor does so at any time.
    /// </summary>
    public static int ClosedNumber()
    {
        (int read, int write) = Pipe();
        int far = MoveFar(read);
        Close(write, far);
        return far;
    }

    /// <summary>The same under a number that nobody gets who opens something.</summary>
    public static int MoveFar(int fd)
    {
        int far = Check(fcntl(fd, DuplicateAtOrAbove, 900));
        Close(fd);
        return far;
    }

    public static int EventFd() => Check(eventfd(0, CloseOnExec | NonBlock));

    public static void Signal(int eventFd)
    {
        ulong one = 1;
        Check((int)write(eventFd, &one, sizeof(ulong)));
    }

    /// <summary>
    /// An epoll set that is so deep in others that no further one takes it (ELOOP): a descriptor that the kernel refuses to watch, as it does when fs.epoll.max_user_watches is met. It can be read
    /// when <paramref name="innermost"/> can.
    /// </summary>
    public static List<int> Unwatchable(int innermost)
    {
        List<int> sets = [];
        byte* change = stackalloc byte[16]; // struct epoll_event, of 12 bytes
        new Span<byte>(change, 16).Clear();
        *(uint*)change = 1; // EPOLLIN
        int inner = innermost;
        while (true)
        {
            int set = Check(epoll_create1(CloseOnExec));
            if (epoll_ctl(set, Add, inner, change) != 0)
            {
                Close(set);
                return sets;
            }
            sets.Add(set);
            inner = set;
        }
    }

    /// <summary>True when the epoll set of that hub has the descriptor.</summary>
    public static bool Watches(Hub hub, int fd) =>
        File.ReadLines($"/proc/self/fdinfo/{hub.Reactor.Descriptor}").Any(line => line.StartsWith("tfd:", StringComparison.Ordinal) && int.Parse(line.AsSpan(4, 9)) == fd);

    private static int Check(int result) => result >= 0 ? result : throw new IOException($"errno {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int fd, void* bytes, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int fd, void* bytes, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup3(int from, int to, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint value, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int fd, void* change);
}
