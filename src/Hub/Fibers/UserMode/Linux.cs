using System;
using System.Runtime.InteropServices;

namespace Patchy.Fibers;

/// <summary>The calls of glibc and the linux-x64 kernel that user-mode fibers stand on. None of them is one that Patchy patches.</summary>
internal static unsafe class Linux
{
    public const int Eagain = 11;
    public const int ProtectNone = 0;
    public const int ProtectRead = 1;
    public const int ProtectReadWrite = 3;
    public const int ProtectReadExecute = 5;
    public const int DisableAlternateStack = 2;

    // Numbers of arch/x86/entry/syscalls/syscall_64.tbl.
    public const int SysArchPrctl = 158;
    public const int SysGettid = 186;
    public const int SysFutex = 202;
    public const int SysSetTidAddress = 218;
    public const int SysTgkill = 234;
    public const int SysSetRobustList = 273;
    public const int SysRseq = 334;
    public const int SysRtSigprocmask = 14;
    public const int SysClone = 56;
    public const int SysExit = 60;

    private const int SizeOfThreadAttributes = 128; // sizeof(pthread_attr_t) is 56
    private const int MapPrivateAnonymous = 0x22;
    private const int MapNoReserve = 0x4000;
    private static readonly void* s_mapFailed = (void*)-1;

    [StructLayout(LayoutKind.Sequential)]
    internal struct AlternateStack
    {
        public void* Address;
        public int Flags;
        public nuint Size;
    }

    /// <summary>Fresh memory, or null when the kernel refuses.</summary>
    public static byte* Map(nuint size, int protection = ProtectReadWrite)
    {
        void* memory = mmap(null, size, protection, MapPrivateAnonymous, -1, 0);
        return memory == s_mapFailed ? null : (byte*)memory;
    }

    /// <summary>Address space that takes memory only where it is touched.</summary>
    public static byte* Reserve(nuint size)
    {
        void* memory = mmap(null, size, ProtectReadWrite, MapPrivateAnonymous | MapNoReserve, -1, 0);
        if (memory == s_mapFailed) throw new FiberLimitException("No address space is left for the contexts of fibers.");
        return (byte*)memory;
    }

    /// <summary>The lowest address of the calling thread's stack, and its size; 0 when glibc cannot tell. For the initial thread it would read /proc: not for that.</summary>
    public static (nuint Low, nuint Size) StackOfThisThread()
    {
        byte* attributes = stackalloc byte[SizeOfThreadAttributes];
        if (pthread_getattr_np(pthread_self(), attributes) != 0) return (0, 0);
        void* low;
        nuint size;
        bool known = pthread_attr_getstack(attributes, &low, &size) == 0;
        _ = pthread_attr_destroy(attributes);
        return known ? ((nuint)low, size) : (0, 0);
    }

    /// <summary>The kernel's own id of the calling thread, whatever glibc's thread block says.</summary>
    public static int KernelThreadId() => (int)syscall(SysGettid, 0, 0, 0, 0);

    [DllImport("libc")] public static extern int mprotect(void* address, nuint size, int protection);
    [DllImport("libc")] public static extern int munmap(void* address, nuint size);
    [DllImport("libc")] public static extern nint syscall(nint number, nint a, nint b, nint c, nint d);
    [DllImport("libc")] public static extern int sigaltstack(AlternateStack* set, AlternateStack* old);
    [DllImport("libc")] public static extern byte* pthread_self();
    [DllImport("libc")] private static extern int pthread_getattr_np(byte* thread, byte* attributes);
    [DllImport("libc")] private static extern int pthread_attr_getstack(byte* attributes, void** low, nuint* size);
    [DllImport("libc")] private static extern int pthread_attr_destroy(byte* attributes);
    [DllImport("libc")] public static extern int pthread_key_create(uint* key, void* destructor);
    [DllImport("libc")] public static extern int pthread_setspecific(uint key, void* value);
    [DllImport("libc")] public static extern int pthread_create(nint* thread, void* attributes, nint start, void* argument);
    [DllImport("libc")] public static extern int pthread_join(nint thread, void** result);
    [DllImport("libc")] public static extern nuint getauxval(nuint type);
    [DllImport("libc")] public static extern nint dlopen(byte* name, int flags);
    [DllImport("libc")] public static extern nint dlsym(nint handle, byte* name);
    [DllImport("libc")] public static extern nint dlvsym(nint handle, byte* name, byte* version);
    [DllImport("libc")] public static extern int dlinfo(nint handle, int request, void* result);
    [DllImport("libc")] private static extern void* mmap(void* address, nuint size, int protection, int flags, int fd, nint offset);
}
