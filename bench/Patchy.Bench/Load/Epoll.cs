using System.Runtime.InteropServices;

namespace Patchy.Bench.Load;

/// <summary>The few system calls of the load generator.</summary>
internal static unsafe class Epoll
{
    public const uint In = 1;
    public const int Add = 1;
    public const int Remove = 2;
    public const int DontWait = 0x40;
    public const int NoSignal = 0x4000;

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct Event
    {
        public uint Events;
        public int Index;
        private readonly int _unused;
    }

    [DllImport("libc", SetLastError = true)]
    public static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    public static extern int epoll_ctl(int epoll, int operation, int descriptor, Event* wanted);

    [DllImport("libc", SetLastError = true)]
    public static extern int epoll_wait(int epoll, Event* events, int count, int timeoutMs);

    // Neither waits: no need to tell the garbage collector.
    [DllImport("libc"), SuppressGCTransition]
    public static extern nint recv(int descriptor, byte* buffer, nuint length, int flags);

    [DllImport("libc"), SuppressGCTransition]
    public static extern nint send(int descriptor, byte* buffer, nuint length, int flags);
}
