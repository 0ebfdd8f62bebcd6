using System;
using System.Runtime.InteropServices;

namespace Patchy.Detours;

/// <summary>
/// Where things are in this runtime. An instance exists only when the platform, the contract versions and each byte of the precode template
/// are the ones this engine was written for: whoever holds one may read and write by it.
/// </summary>
internal sealed class RuntimeLayout
{
    private const string WhatToDo = "Nothing was patched. Use a version of Patchy that names this runtime in its list of supported runtimes, or run on .NET 10 (linux-x64).";

    private RuntimeLayout(RuntimeProbe probe, ContractDescriptor d)
    {
        Memory = probe.Memory;
        Framework = probe.Framework;
        Flags = d.Offset("MethodDesc.Flags");
        Flags3 = d.Offset("MethodDesc.Flags3AndTokenRemainder");
        CodeData = d.Offset("MethodDesc.CodeData");
        TemporaryEntryPoint = d.Offset("MethodDescCodeData.TemporaryEntryPoint");
        VersioningState = d.Offset("MethodDescCodeData.VersioningState");
        FirstVersionNode = d.Offset("MethodDescVersioningState.NativeCodeVersionNode");
        VersionNext = d.Offset("NativeCodeVersionNode.Next");
        VersionCode = d.Offset("NativeCodeVersionNode.NativeCode");
        PrecodeMethodDesc = d.Offset("FixupPrecodeData.MethodDesc");
        PInvokeSize = d.Offset("PInvokeMethodDesc.!");
        MethodDescSize = d.Offset("MethodDesc.!");
        SizeTable = Pointer(probe, d, "MethodDescSizeTable");
        Precode = PrecodeTemplate.Read(probe, d, Pointer(probe, d, "PlatformMetadata") + d.Offset("PlatformMetadata.PrecodeMachineDescriptor"));
    }

    public RuntimeMemory Memory { get; }
    public string Framework { get; }
    public PrecodeTemplate Precode { get; }
    public int Flags { get; }
    public int Flags3 { get; }
    public int CodeData { get; }
    public int TemporaryEntryPoint { get; }
    public int VersioningState { get; }
    public int FirstVersionNode { get; }
    public int VersionNext { get; }
    public int VersionCode { get; }
    public int PrecodeMethodDesc { get; }
    public int PInvokeSize { get; }
    public int MethodDescSize { get; }

    /// <summary>Bytes by method class: the size of a MethodDesc without its optional slots.</summary>
    public nint SizeTable { get; }

    /// <exception cref="DetourRefusedException">This runtime is not one whose layout is known.</exception>
    public static RuntimeLayout Read(RuntimeProbe probe)
    {
        if (probe.RuntimeKind != "CoreCLR")
            throw Refuse(DetourRefusal.Runtime, probe, $"Patchy redirects methods of CoreCLR, but this process runs on {probe.RuntimeKind}.");
        if (probe.OperatingSystem != "linux" || probe.Architecture != Architecture.X64)
            throw Refuse(DetourRefusal.Platform, probe, $"Patchy redirects methods on linux-x64, but this process runs on {probe.OperatingSystem}-{Lower(probe.Architecture)}.");
        if (probe.DescriptorProblem is { } problem)
            throw Refuse(DetourRefusal.Contract, probe, $"This runtime does not describe its layout: {problem}.");

        ContractDescriptor descriptor;
        try
        {
            descriptor = ContractDescriptor.Parse(probe.Descriptor);
            Expect(probe, descriptor, "PrecodeStubs", 3);
            Expect(probe, descriptor, "RuntimeTypeSystem", 1);
            Expect(probe, descriptor, "CodeVersions", 1);
            Expect(probe, descriptor, "PlatformMetadata", 1);
            Expect(probe, descriptor, "Loader", 1);
            var layout = new RuntimeLayout(probe, descriptor);
            layout.CheckSizes(probe);
            return layout;
        }
        catch (DetourRefusedException e) when (!e.Message.EndsWith(WhatToDo, StringComparison.Ordinal))
        {
            throw Refuse(e.Refusal, probe, e.Message);
        }
    }

    internal static string Lower(Architecture architecture) => architecture.ToString().ToLowerInvariant();

    private void CheckSizes(RuntimeProbe probe)
    {
        // The flag dword at Flags - 2 and the one at Flags3 are changed with 4-byte interlocked operations: both must be aligned, and must not meet.
        bool expected = MethodDescSize == 16 && PInvokeSize == 56 && Flags == 6 && Flags3 == 0;
        if (!expected)
        {
            throw Refuse(DetourRefusal.Contract, probe, "The shape of a method descriptor differs: expected size 16, P/Invoke 56, flags at 6 and 0; " +
                $"found size {MethodDescSize}, P/Invoke {PInvokeSize}, flags at {Flags} and {Flags3}.");
        }
    }

    private static void Expect(RuntimeProbe probe, ContractDescriptor descriptor, string contract, int version)
    {
        int found = descriptor.Contract(contract);
        if (found == version) return;
        string what = found == 0 ? "this runtime does not have it" : $"this runtime has version {found}";
        throw Refuse(DetourRefusal.Contract, probe, $"Patchy knows the runtime's contract {contract} in version {version}, but {what}.");
    }

    private static nint Pointer(RuntimeProbe probe, ContractDescriptor descriptor, string global)
    {
        int index = descriptor.PointerIndex(global);
        nint address = index > 0 && index < probe.Pointers.Length ? probe.Pointers[index] : 0;
        return address != 0 ? address : throw new DetourRefusedException(DetourRefusal.Contract, $"The runtime's contract descriptor gives no address for {global} (index {index}).");
    }

    private static DetourRefusedException Refuse(DetourRefusal refusal, RuntimeProbe probe, string found) =>
        new(refusal, $"{found} (Found: {probe.Framework}, {probe.RuntimeKind}, {probe.OperatingSystem}-{Lower(probe.Architecture)}.) {WhatToDo}");
}
