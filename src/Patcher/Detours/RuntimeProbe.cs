using System;
using System.IO;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Patchy.Detours;

/// <summary>What the engine is told about the process it runs in. Made by <see cref="OfThisProcess"/>; tests change single facts with <c>with</c>.</summary>
internal sealed record RuntimeProbe
{
    /// <summary>"DNCCDAC\0" read as a little-endian number: the first field of the descriptor.</summary>
    private const ulong DescriptorMagic = 0x0043414443434e44;
    private const string DescriptorExport = "DotNetRuntimeContractDescriptor";

    /// <summary>The list of assemblies without which coreclr_initialize fails; every host sets it. Native AOT has none.</summary>
    private const string PlatformAssemblies = "TRUSTED_PLATFORM_ASSEMBLIES";

    /// <summary>"linux", "osx", "windows" or what the runtime says.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>The architecture of this process.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>For instance ".NET 10.0.12", for messages.</summary>
    public required string Framework { get; init; }

    /// <summary>"CoreCLR", "Mono" or "NativeAOT".</summary>
    public required string RuntimeKind { get; init; }

    /// <summary>The JSON of the exported descriptor; empty when there is none.</summary>
    public byte[] Descriptor { get; init; } = [];

    /// <summary>The pointer table beside the JSON.</summary>
    public nint[] Pointers { get; init; } = [];

    /// <summary>Null, or why the descriptor could not be had.</summary>
    public string? DescriptorProblem { get; init; }

    public RuntimeMemory Memory { get; init; } = new();

    public static RuntimeProbe OfThisProcess()
    {
        // IsDynamicCodeSupported would not do: it is a switch of the application too, and off when a file-based program (PublishAot by default) runs on CoreCLR.
        string kind = Type.GetType("Mono.RuntimeStructs", throwOnError: false) is not null || Type.GetType("Mono.Runtime", throwOnError: false) is not null ? "Mono"
            : RuntimeFeature.IsDynamicCodeSupported || AppContext.GetData(PlatformAssemblies) is not null ? "CoreCLR" : "NativeAOT";
        var probe = new RuntimeProbe
        {
            OperatingSystem = System.OperatingSystem.IsLinux() ? "linux" : System.OperatingSystem.IsMacOS() ? "osx" : System.OperatingSystem.IsWindows() ? "windows" : "unknown",
            Architecture = RuntimeInformation.ProcessArchitecture,
            Framework = RuntimeInformation.FrameworkDescription,
            RuntimeKind = kind,
        };
        return kind == "CoreCLR" && probe.OperatingSystem == "linux" ? WithDescriptor(probe) : probe;
    }

    private static unsafe RuntimeProbe WithDescriptor(RuntimeProbe probe)
    {
        // A single-file application has the runtime linked into its own executable; otherwise it is a library beside CoreLib.
        nint library = NativeLibrary.GetMainProgramHandle();
        if (!NativeLibrary.TryGetExport(library, DescriptorExport, out nint address))
        {
            string path = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libcoreclr.so");
            if (!NativeLibrary.TryLoad(path, out library)) return probe with { DescriptorProblem = $"{path} could not be opened" };
            if (!NativeLibrary.TryGetExport(library, DescriptorExport, out address)) return probe with { DescriptorProblem = $"{path} exports no {DescriptorExport}" };
        }

        // SAFETY: dotnet/runtime docs/design/datacontracts/contract-descriptor.md fixes this head: u64 magic, u32 flags, u32 size of the
        // JSON, its address, u32 number of pointers, u32 padding, their address. The magic is compared before anything else is read.
        byte* head = (byte*)address;
        if (*(ulong*)head != DescriptorMagic) return probe with { DescriptorProblem = $"{DescriptorExport} begins with 0x{*(ulong*)head:x}, not with 0x{DescriptorMagic:x}" };
        var json = new ReadOnlySpan<byte>(*(byte**)(head + 16), *(int*)(head + 12));
        var pointers = new ReadOnlySpan<nint>(*(nint**)(head + 32), *(int*)(head + 24));
        return probe with { Descriptor = json.ToArray(), Pointers = pointers.ToArray() };
    }
}
