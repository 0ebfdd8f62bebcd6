using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Patchy.Conformance;

/// <summary>What a body needs to build its surroundings and .NET does not offer: FIFOs, pipes, a terminal, other descriptors behind 0 and 1.</summary>
internal static unsafe partial class Native
{
    private const int ReadWrite = 2;
    private const int NoControllingTerminal = 0x100;
    private const int CloseOnExec = 0x80000;
    private const int DuplicateForOneself = 1030; // F_DUPFD_CLOEXEC

    public static void MakeFifo(string path) => Check(mkfifo(path, 0x180 /* 0600 */));

    /// <summary>The two ends of a pipe, blocking as a shell makes it.</summary>
    public static (SafeFileHandle ReadEnd, SafeFileHandle WriteEnd) MakePipe()
    {
        int* ends = stackalloc int[2];
        Check(pipe2(ends, CloseOnExec));
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>A terminal: what is typed is written into the first, the program has the second.</summary>
    public static (SafeFileHandle Keyboard, SafeFileHandle Terminal) MakeTerminal()
    {
        int master = Check(posix_openpt(ReadWrite | NoControllingTerminal | CloseOnExec));
        Check(grantpt(master));
        Check(unlockpt(master));
        int slave = Check(open(Marshal.PtrToStringUTF8(ptsname(master))!, ReadWrite | NoControllingTerminal | CloseOnExec));
        return (new SafeFileHandle(master, ownsHandle: true), new SafeFileHandle(slave, ownsHandle: true));
    }

    /// <summary>From now on <paramref name="standard"/> (0, 1) is what the handle is.</summary>
    public static void PutBehind(int standard, SafeFileHandle handle) => Check(dup2((int)handle.DangerousGetHandle(), standard));

    /// <summary>Not for children: one that outlives its test would keep the pipe open that the test reads.</summary>
    public static SafeFileHandle Duplicate(int fd) => new(Check(fcntl(fd, DuplicateForOneself, 0)), ownsHandle: true);

    /// <summary>A second descriptor of the same socket.</summary>
    public static SafeSocketHandle Duplicate(Socket socket) => new(Check(dup((int)socket.Handle)), ownsHandle: true);

    /// <summary>The kernel drops all that comes for the socket before TCP sees it: to its peer it has vanished. Needs no right.</summary>
    public static void HearNothing(Socket socket)
    {
        const int SolSocket = 1, AttachFilter = 26, ReturnConstant = 6;
        ulong dropAll = ReturnConstant; // one struct sock_filter: code, and zero for how much of the packet to keep
        byte* program = stackalloc byte[16];
        // SAFETY: struct sock_fprog is a 16-bit count and, at 8, the address of as many filters, which the kernel copies.
        new Span<byte>(program, 16).Clear();
        *(ushort*)program = 1;
        *(ulong**)(program + 8) = &dropAll;
        socket.SetRawSocketOption(SolSocket, AttachFilter, new ReadOnlySpan<byte>(program, 16));
    }

    /// <summary>Null where there is no such file, or the kernel does not want it opened.</summary>
    public static SafeFileHandle? TryOpenToRead(string path)
    {
        int fd = open(path, CloseOnExec);
        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>How many bytes there were; none on an error.</summary>
    public static int ReadFromStart(SafeFileHandle file, Span<byte> bytes)
    {
        fixed (byte* p = bytes) return Math.Max(0, (int)pread((int)file.DangerousGetHandle(), p, bytes.Length, 0));
    }

    public static void SendToSelf(int signal) => Check(kill(Environment.ProcessId, signal));

    private static int Check(int result) => result >= 0 ? result : throw new System.ComponentModel.Win32Exception();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int posix_openpt(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int grantpt(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlockpt(int fd);

    [LibraryImport("libc")]
    private static partial nint ptsname(int fd);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint pread(int fd, byte* bytes, nint count, long from);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup2(int from, int to);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
