using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using Patchy.Detours;
using Patchy.Fibers;

namespace Patchy.Tool.Doctor;

/// <summary>Operating system, processor, C library, runtime. Nothing here changes the process.</summary>
internal static unsafe class RuntimeChecks
{
    private const nuint AuxHwcap2 = 26;
    private const nuint FsGsBase = 2;

    public static IEnumerable<Check> All()
    {
        bool linux = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;
        yield return linux
            ? Check.Ok("system", $"{RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.OSDescription}")
            : Check.Failed("system", $"{RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.OSDescription}", "Patchy redirects methods on linux-x64 only.");
        yield return Engine();
        if (!linux) yield break;
        yield return Processor();
        yield return Library();
    }

    /// <summary>The same checks with which Patch.All begins.</summary>
    private static Check Engine()
    {
        RuntimeProbe probe = RuntimeProbe.OfThisProcess();
        string found = $"{probe.Framework}, {probe.RuntimeKind}, {RuntimeEnvironment.GetRuntimeDirectory()}";
        try
        {
            RuntimeLayout.Read(probe);
            return Check.Ok("runtime", found);
        }
        catch (DetourRefusedException e)
        {
            return Check.Failed("runtime", found, e.Message);
        }
    }

    private static Check Processor()
    {
        string? model = Directory.Exists("/proc") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        string found = $"{model?.Split(':')[^1].Trim() ?? "processor of unknown name"}, {Environment.ProcessorCount} to use";
        return (getauxval(AuxHwcap2) & FsGsBase) != 0
            ? Check.Ok("processor", $"{found}, FSGSBASE")
            : Check.Note("processor", $"{found}, no FSGSBASE", "User-mode fibers need Linux 5.9 and a processor since 2012: each green thread will keep a kernel thread.");
    }

    private static Check Library()
    {
        nint version = NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "gnu_get_libc_version", out nint function)
            ? ((delegate* unmanaged<nint>)function)()
            : 0;
        return version != 0
            ? Check.Ok("C library", $"glibc {Marshal.PtrToStringUTF8(version)}")
            : Check.Note("C library", "not glibc", "User-mode fibers need glibc: each green thread will keep a kernel thread.");
    }

    [DllImport("libc")]
    private static extern nuint getauxval(nuint type);
}
