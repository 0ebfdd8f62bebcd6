using System.Runtime.InteropServices;

namespace Patchy.Interop;

/// <summary>The system calls of the hub and its reactor (Linux).</summary>
internal static unsafe class Libc
{
    public const int EfdCloexec = 0x80000;
    public const int EfdNonblock = 0x800;
    public const int EpollCloexec = 0x80000;
    public const int EpollCtlAdd = 1;
    public const int EpollCtlDel = 2;
    public const int EpollCtlMod = 3;
    public const uint EpollIn = 0x1;
    public const uint EpollPri = 0x2;
    public const uint EpollOut = 0x4;
    public const uint EpollErr = 0x8;
    public const uint EpollHup = 0x10;
    public const uint EpollRdHup = 0x2000;
    public const uint EpollEt = 1u << 31;
    public const int Eperm = 1;
    public const int Enoent = 2;
    public const int Eintr = 4;
    public const int Ebadf = 9;
    public const int Eagain = 11;
    public const int Eexist = 17;
    public const int Enosys = 38;
    public const int SoType = 3;
    public const int SoProtocol = 38;
    public const int SockStream = 1;
    public const int IpProtoTcp = 6;

    [DllImport("libc", SetLastError = true)]
    public static extern int eventfd(uint initial, int flags);

    [DllImport("libc", SetLastError = true)]
    public static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    public static extern int epoll_ctl(int epoll, int operation, int fd, void* change);

    [DllImport("libc", SetLastError = true)]
    public static extern int epoll_wait(int epoll, void* events, int capacity, int milliseconds);

    /// <summary>epoll_pwait2(2), as epoll_wait but with a timeout in nanoseconds. Not every C library has a function for it.</summary>
    public static int EpollWait(int epoll, void* events, int capacity, long nanoseconds)
    {
        const int EpollPwait2 = 441; // on every architecture
        const long Second = 1_000_000_000;
        Timespec timeout = new() { Seconds = nanoseconds / Second, Nanoseconds = nanoseconds % Second };
        // SAFETY: a live struct; no signal mask.
        return (int)syscall(EpollPwait2, epoll, events, capacity, &timeout, null, 8);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern nint syscall(nint number, nint epoll, void* events, nint capacity, Timespec* timeout, void* mask, nint maskSize);

    [DllImport("libc", SetLastError = true)]
    public static extern nint write(int fd, void* buffer, nuint count);

    [DllImport("libc", SetLastError = true)]
    public static extern nint read(int fd, void* buffer, nuint count);

    [DllImport("libc")]
    public static extern int close(int fd);

    /// <summary>True when the descriptor can be read now.</summary>
    public static bool IsReadable(int fd)
    {
        const int PollIn = 1;
        PollFd one = new() { Fd = fd, Events = PollIn };
        // SAFETY: one live struct, and a timeout of 0.
        return poll(&one, 1, 0) > 0;
    }

    /// <summary>Blocks this kernel thread for a while, whatever is patched: for threads that are none of the user's.</summary>
    public static void Pause(int milliseconds) => _ = poll(null, 0, milliseconds);

    [DllImport("libc")]
    private static extern int poll(PollFd* fds, nuint count, int milliseconds);

    /// <summary>An option of the level SOL_SOCKET, or -1.</summary>
    public static int SocketOption(int fd, int option)
    {
        const int SolSocket = 1;
        int value, length = sizeof(int);
        // SAFETY: two live locals of the size that is said.
        return getsockopt(fd, SolSocket, option, &value, &length) == 0 ? value : -1;
    }

    [DllImport("libc")]
    private static extern int getsockopt(int fd, int level, int option, void* value, int* length);

    /// <summary>The kernel's id of the thread that runs this, whatever fiber is mounted on it.</summary>
    [DllImport("libc")]
    public static extern int gettid();

    /// <summary>Signal 0 only asks whether the thread is there.</summary>
    [DllImport("libc")]
    public static extern int tgkill(int process, int thread, int signal);

    /// <summary>True when the process has a child that has not been waited for; also when it cannot be found out.</summary>
    public static bool HasChildren()
    {
        const int All = 0, NoHang = 1, Exited = 4, NoWait = 0x01000000, Echild = 10;
        byte* info = stackalloc byte[128];
        // SAFETY: siginfo_t has 128 bytes.
        return waitid(All, 0, info, NoHang | Exited | NoWait) == 0 || Marshal.GetLastPInvokeError() != Echild;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int waitid(int idType, uint id, void* info, int options);

    /// <summary>Lets other kernel threads have the processor.</summary>
    [DllImport("libc", EntryPoint = "sched_yield")]
    public static extern int Yield();

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
