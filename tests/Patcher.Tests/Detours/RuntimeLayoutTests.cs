using System.Runtime.InteropServices;
using FluentAssertions;
using Patchy.Detours;
using Xunit;

namespace Patchy.Tests.Detours;

public sealed class RuntimeLayoutTests
{
    [Fact]
    public void Read_ThisRuntime_KnowsItsLayout()
    {
        RuntimeLayout layout = RuntimeLayout.Read(Probes.Real);

        layout.MethodDescSize.Should().Be(16);
        layout.Precode.PageSize.Should().BeGreaterThanOrEqualTo(0x1000);
        layout.Framework.Should().StartWith(".NET 10.");
    }

    [Theory]
    [InlineData("\"PrecodeStubs\":3", "\"PrecodeStubs\":4", "PrecodeStubs in version 3", "has version 4")]
    [InlineData("\"RuntimeTypeSystem\":1", "\"RuntimeTypeSystem\":2", "RuntimeTypeSystem in version 1", "has version 2")]
    [InlineData("\"CodeVersions\":1", "\"CodeVersions\":9", "CodeVersions in version 1", "has version 9")]
    [InlineData("\"PlatformMetadata\":1", "\"PlatformMetadata\":\"1\"", "PlatformMetadata in version 1", "has version -1")]
    [InlineData("\"PrecodeStubs\":3", "\"OldStubs\":3", "PrecodeStubs in version 3", "does not have it")]
    public void Read_OtherContractVersion_RefusesAndSaysWhich(string from, string to, string known, string found)
    {
        DetourRefusedException refusal = Refusal(Probes.WithText(from, to));

        refusal.Refusal.Should().Be(DetourRefusal.Contract);
        refusal.Message.Should().Contain(known).And.Contain(found).And.Contain(Probes.Real.Framework).And.Contain("Nothing was patched.").And.Contain("Use a version of Patchy");
    }

    [Fact]
    public void Read_FieldGone_RefusesAndNamesIt() =>
        Refusal(Probes.WithText("\"TemporaryEntryPoint\"", "\"EntryPoint\"")).Message.Should().Contain("has no MethodDescCodeData.TemporaryEntryPoint").And.Contain("Nothing was patched.");

    [Fact]
    public void Read_OtherShapeOfMethodDesc_RefusesAndNamesBoth() =>
        Refusal(Probes.WithText("\"PInvokeMethodDesc\":{\"!\":56", "\"PInvokeMethodDesc\":{\"!\":64")).Message.Should().Contain("P/Invoke 56").And.Contain("P/Invoke 64");

    [Fact]
    public void Read_DescriptorThatIsNoJson_Refuses() =>
        Refusal(Probes.Real with { Descriptor = "{\"contracts\":["u8.ToArray() }).Refusal.Should().Be(DetourRefusal.Contract);

    [Fact]
    public void Read_EmptyPointerTable_Refuses() =>
        Refusal(Probes.Real with { Pointers = [] }).Message.Should().Contain("gives no address for");

    [Fact]
    public void Read_NoDescriptor_RefusesWithTheReason() =>
        Refusal(Probes.Real with { DescriptorProblem = "libcoreclr.so exports no DotNetRuntimeContractDescriptor" }).Message.Should().Contain("exports no DotNetRuntimeContractDescriptor");

    [Theory]
    [InlineData("Mono")]
    [InlineData("NativeAOT")]
    public void Read_OtherRuntime_Refuses(string kind)
    {
        DetourRefusedException refusal = Refusal(Probes.Real with { RuntimeKind = kind });

        refusal.Refusal.Should().Be(DetourRefusal.Runtime);
        refusal.Message.Should().Contain($"runs on {kind}").And.Contain("Nothing was patched.");
    }

    [Theory]
    [InlineData("windows", Architecture.X64, "windows-x64")]
    [InlineData("osx", Architecture.Arm64, "osx-arm64")]
    [InlineData("linux", Architecture.Arm64, "linux-arm64")]
    public void Read_OtherPlatform_Refuses(string system, Architecture architecture, string shown)
    {
        DetourRefusedException refusal = Refusal(Probes.Real with { OperatingSystem = system, Architecture = architecture });

        refusal.Refusal.Should().Be(DetourRefusal.Platform);
        refusal.Message.Should().Contain($"runs on {shown}").And.Contain("linux-x64");
    }

    [Fact]
    public void Read_EachByteOfThePrecodeTemplateChanged_RefusesAndNamesTheByte()
    {
        ContractDescriptor descriptor = ContractDescriptor.Parse(Probes.Real.Descriptor);
        nint machine = Probes.Real.Pointers[descriptor.PointerIndex("PlatformMetadata")] + descriptor.Offset("PlatformMetadata.PrecodeMachineDescriptor");
        nint bytes = machine + descriptor.Offset("PrecodeMachineDescriptor.FixupBytes");

        for (int i = 0; i < 19; i++)
        {
            byte other = (byte)(Probes.Real.Memory.ReadByte(bytes + i) ^ 0x10);
            DetourRefusedException refusal = Refusal(Probes.Real with { Memory = new Probes.OneByteDiffers(bytes + i, other) });

            refusal.Refusal.Should().Be(DetourRefusal.Template);
            refusal.Message.Should().Contain($"byte {i} of the precode template is 0x{other:x2}").And.Contain("Nothing was patched.");
        }
    }

    [Theory]
    [InlineData("PrecodeMachineDescriptor.FixupCodeOffset", 8, "a fixup offset of 8")]
    [InlineData("PrecodeMachineDescriptor.FixupStubPrecodeSize", 32, "a precode of 32 bytes")]
    [InlineData("PrecodeMachineDescriptor.StubCodePageSize", 1, "a stub page of 0x4001 bytes")]
    public void Read_OtherPrecodeShape_Refuses(string field, byte value, string shown)
    {
        ContractDescriptor descriptor = ContractDescriptor.Parse(Probes.Real.Descriptor);
        nint machine = Probes.Real.Pointers[descriptor.PointerIndex("PlatformMetadata")] + descriptor.Offset("PlatformMetadata.PrecodeMachineDescriptor");

        Refusal(Probes.Real with { Memory = new Probes.OneByteDiffers(machine + descriptor.Offset(field), value) }).Message.Should().Contain(shown);
    }

    private static DetourRefusedException Refusal(RuntimeProbe probe)
    {
        Action read = () => RuntimeLayout.Read(probe);
        return read.Should().Throw<DetourRefusedException>().Which;
    }
}
