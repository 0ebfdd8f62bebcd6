using System;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Patchy.Fibers;

/// <summary>Looks whether this machine and this runtime are as user-mode fibers need them. Each check answers with a sentence, or null when all is well.</summary>
internal static unsafe class UserModeProbe
{
    /// <summary>How much of struct pthread is searched; it is about 2,300 bytes long.</summary>
    public const int ScanLength = 2048;

    private const nuint AuxHwcap2 = 26;
    private const nuint Hwcap2FsGsBase = 2;
    private const int ShadowStackStatus = 0x5005; // ARCH_SHSTK_STATUS

    public static string? System()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return $"they exist for linux-x64 only, and this is {RuntimeInformation.RuntimeIdentifier}.";
        if (Debugger.IsAttached) return "a debugger is attached, and it knows threads by their kernel threads.";
        if (!HasGlibc()) return "the C library is not glibc, whose thread block they rely on.";
        if ((Linux.getauxval(AuxHwcap2) & Hwcap2FsGsBase) == 0)
            return "the processor or the kernel does not let programs set the FS base (FSGSBASE: Linux 5.9 and a processor since 2012 have it).";
        ulong shadow = 0;
        if (Linux.syscall(Linux.SysArchPrctl, ShadowStackStatus, (nint)(&shadow), 0, 0) == 0 && shadow != 0)
            return "the process runs with a shadow stack (CET), which forbids switching stacks.";
        return null;
    }

    /// <summary>
    /// Finds pd->tid. In a container dotnet is often process 1, and a 1 stands in many places: so the offset must be right on a second,
    /// bare thread too.
    /// </summary>
    public static string? ThreadBlockLayout(nint copyThreadBlock)
    {
        byte* other = stackalloc byte[ScanLength + sizeof(int)];
        nint thread;
        if (Linux.pthread_create(&thread, null, copyThreadBlock, other) != 0) return "no further thread can be started to look at.";
        _ = Linux.pthread_join(thread, null);
        byte* own = Linux.pthread_self();
        int ownId = Linux.KernelThreadId(), otherId = *(int*)(other + ScanLength);
        int found = -1;
        for (int offset = 0; offset + 8 <= ScanLength; offset += sizeof(int))
        {
            if (*(int*)(own + offset) != ownId || *(int*)(other + offset) != otherId) continue;
            if (found >= 0) return "glibc keeps the thread id in two places of its thread block, which no known version does.";
            found = offset;
        }

        if (found < 0) return "glibc's thread block was not recognized: the thread id is not in it.";
        if (*(int*)(own + found + 4) != 0 || *(int*)(other + found + 4) != 0)
            return "glibc's thread block was not recognized: the word beside the thread id is in use.";
        ThreadBlock.TidOffset = found;
        ThreadBlock.RseqOffset = RseqOffset();
        return null;
    }

    private static bool HasGlibc()
    {
        fixed (byte* name = "gnu_get_libc_version"u8) return Linux.dlsym(0, name) != 0;
    }

    // Exported since glibc 2.35, where threads register an area; a size of 0 means that registration is turned off.
    private static int RseqOffset()
    {
        fixed (byte* offset = "__rseq_offset"u8, size = "__rseq_size"u8)
        {
            nint* o = (nint*)Linux.dlsym(0, offset);
            uint* s = (uint*)Linux.dlsym(0, size);
            return o == null || s == null || *s == 0 ? 0 : (int)*o;
        }
    }
}
