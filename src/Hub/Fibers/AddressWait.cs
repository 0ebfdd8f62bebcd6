using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace Patchy.Fibers;

/// <summary>
/// Waiting on an address in memory, by calls that Patchy does not patch: futex, WaitOnAddress, ulock. Each call is a normal P/Invoke, so a
/// thread that waits here does not hold up the garbage collector.
/// </summary>
internal static unsafe class AddressWait
{
    private const int FutexWaitPrivate = 128;
    private const int FutexWakePrivate = 129;
    private const uint UlockCompareAndWait = 1;
    private const uint WindowsInfinite = uint.MaxValue;
    private static readonly nint s_futex = FutexNumber();

    /// <summary>Waits while <paramref name="word"/> holds <paramref name="value"/>. May return early: the caller looks again.</summary>
    public static void Wait(int* word, int value)
    {
        // SAFETY: the caller keeps the word alive; the kernel only reads it.
        if (s_futex != 0) _ = syscall(s_futex, word, FutexWaitPrivate, value, null);
        else if (OperatingSystem.IsWindows()) _ = WaitOnAddress(word, &value, sizeof(int), WindowsInfinite);
        else if (OperatingSystem.IsMacOS()) _ = __ulock_wait(UlockCompareAndWait, word, (uint)value, 0);
        else if (Volatile.Read(ref *word) == value) _ = usleep(50); // an unknown Unix: poll, slowly but surely
    }

    /// <summary>Wakes one that waits on the word. Harmless when nobody does, or when the word has been freed meanwhile.</summary>
    public static void Wake(int* word)
    {
        // SAFETY: the kernel uses the address as a key only.
        if (s_futex != 0) _ = syscall(s_futex, word, FutexWakePrivate, 1, null);
        else if (OperatingSystem.IsWindows()) WakeByAddressSingle(word);
        else if (OperatingSystem.IsMacOS()) _ = __ulock_wake(UlockCompareAndWait, word, 0);
    }

    private static nint FutexNumber() => !OperatingSystem.IsLinux() ? 0 : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 98,
        Architecture.X86 or Architecture.Arm => 240,
        Architecture.S390x => 238,
        Architecture.Ppc64le => 221,
        _ => 0,
    };

    [DllImport("libc")]
    private static extern nint syscall(nint number, int* word, nint operation, nint value, void* timeout);

    [DllImport("libc")]
    private static extern int usleep(uint microseconds);

    [DllImport("api-ms-win-core-synch-l1-2-0.dll")]
    private static extern int WaitOnAddress(void* address, void* compare, nuint size, uint milliseconds);

    [DllImport("api-ms-win-core-synch-l1-2-0.dll")]
    private static extern void WakeByAddressSingle(void* address);

    [DllImport("libSystem.dylib")]
    private static extern int __ulock_wait(uint operation, void* address, ulong value, uint microseconds);

    [DllImport("libSystem.dylib")]
    private static extern int __ulock_wake(uint operation, void* address, ulong value);
}
