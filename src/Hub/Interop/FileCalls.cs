using System.Runtime.InteropServices;

namespace Patchy.Interop;

/// <summary>The system calls behind files, FIFOs and terminals (Linux). None of them waits.</summary>
internal static unsafe class FileCalls
{
    public const int Enxio = 6;
    public const int Eagain = 11;

    private const int AtCurrentFolder = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const uint StatxType = 1;
    private const int StatxModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int Fifo = 0x1000;
    private const int SetFlags = 4; // F_SETFL
    private const int Retry = 4; // EINTR

    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int NonBlock = 0x800;
    public const int CloseOnExec = 0x80000;

    public const short PollIn = 1;
    public const short PollOut = 4;
    public const short PollHangUp = 16;

    /// <summary>True when the path leads to a FIFO. Links are followed unless asked otherwise.</summary>
    public static bool IsFifo(string path, bool followLinks)
    {
        byte* status = stackalloc byte[256];
        // SAFETY: struct statx has 256 bytes on every architecture, its stx_mode at offset 28.
        return statx(AtCurrentFolder, path, followLinks ? 0 : AtSymlinkNoFollow, StatxType, status) == 0
            && (*(ushort*)(status + StatxModeOffset) & TypeMask) == Fifo;
    }

    /// <summary>A descriptor, or -1 and the number of the error.</summary>
    public static int Open(string path, int flags, out int error)
    {
        int fd;
        do
        {
            fd = open(path, flags, 0);
            error = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Retry);
        return fd;
    }

    /// <summary>Makes a descriptor of ours block again.</summary>
    public static void ClearNonBlocking(int fd) => _ = fcntl(fd, SetFlags, 0); // the access mode cannot be changed and is ignored

    /// <summary>What of <paramref name="wanted"/> is there now; errors and a hang-up always show.</summary>
    public static short Look(int fd, short wanted)
    {
        PollFd one = new() { Fd = fd, Events = wanted };
        // SAFETY: one live struct, and a timeout of 0.
        return poll(&one, 1, 0) > 0 ? one.Returned : (short)0;
    }

    /// <summary>True when an empty pipe has a writer. Nothing is taken out of it.</summary>
    /// <param name="fd">The read end.</param>
    /// <param name="scratch">The write end of a pipe that nobody reads: what is there after all is copied to it.</param>
    public static bool HasWriter(int fd, int scratch)
    {
        const uint NonBlocking = 2; // SPLICE_F_NONBLOCK
        // 0 says that there is no writer, EAGAIN that there is one who has written nothing yet.
        return tee(fd, scratch, 1, NonBlocking) != 0;
    }

    /// <summary>The two ends of a new pipe; false when the process has no descriptor left.</summary>
    public static bool TryMakePipe(out int readEnd, out int writeEnd)
    {
        int* ends = stackalloc int[2];
        // SAFETY: two ints, which the kernel fills in.
        bool made = pipe2(ends, CloseOnExec) == 0;
        readEnd = made ? ends[0] : -1;
        writeEnd = made ? ends[1] : -1;
        return made;
    }

    /// <summary>Reads what is in the page cache; -1 when that is nothing, or the file system cannot tell. 0 is the end of the file.</summary>
    public static int ReadCached(int fd, byte* buffer, int count, long offset)
    {
        const int NoWait = 8; // RWF_NOWAIT
        IoVector one = new() { Base = buffer, Length = (nuint)count };
        // SAFETY: the caller's buffer has count bytes.
        return (int)preadv2(fd, &one, 1, offset, NoWait);
    }

    public static bool IsTerminal(int fd) => isatty(fd) == 1;

    /// <summary>After how many milliseconds without input a read of this terminal returns nothing; -1: never, or it is no terminal.</summary>
    public static int ReadLimit(int fd)
    {
        const int LocalModes = 12, Characters = 17, Canonical = 2, Time = 5, Minimum = 6;
        byte* settings = stackalloc byte[64];
        // SAFETY: glibc's struct termios has 60 bytes.
        if (tcgetattr(fd, settings) != 0 || (*(uint*)(settings + LocalModes) & Canonical) != 0 || settings[Characters + Minimum] != 0) return -1;
        return settings[Characters + Time] * 100;
    }

    [DllImport("libc")]
    private static extern nint preadv2(int fd, IoVector* vectors, int count, long offset, int flags);

    [DllImport("libc")]
    private static extern int isatty(int fd);

    [DllImport("libc")]
    private static extern int tcgetattr(int fd, byte* settings);

    [DllImport("libc")]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte* status);

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc")]
    private static extern int fcntl(int fd, int command, int argument);

    [DllImport("libc")]
    private static extern int poll(PollFd* fds, nuint count, int milliseconds);

    [DllImport("libc")]
    private static extern nint tee(int from, int to, nuint count, uint flags);

    [DllImport("libc")]
    private static extern int pipe2(int* ends, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }
}
