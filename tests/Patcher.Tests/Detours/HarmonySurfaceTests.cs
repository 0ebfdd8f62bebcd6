using FluentAssertions;
using Patchy.Detours;
using Patchy.Detours.Harmony;
using Xunit;

namespace Patchy.Tests.Detours;

[Collection("the engines of this process")] // whoever makes engines tries them, on a method that this process has once
public sealed class HarmonySurfaceTests
{
    [Fact]
    public void Load_WithoutHarmonyInTheApplication_SaysWhatToAdd()
    {
        // This test project ships no 0Harmony.dll.
        Func<DetourEngines> load = () => new DetourEngines(Probes.Real, "harmony");

        load.Should().Throw<DetourRefusedException>().WithMessage("*0Harmony.dll could not be loaded*Lib.Harmony*Nothing was patched*");
    }

    [Fact]
    public void Engines_UnknownKind_NamesTheKinds()
    {
        Func<DetourEngines> make = () => new DetourEngines(Probes.Real, "monomod");

        make.Should().Throw<DetourRefusedException>().WithMessage("PATCHY_DETOUR=monomod is unknown*cell*harmony*Nothing was patched*");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("cell")]
    public void Engines_OwnKind_NeedsNoHarmony(string? kind) => new DetourEngines(Probes.Real, kind).Cells.Should().BeOfType<PrecodeCellEngine>();

    [Fact]
    public void StandIn_OfAnInstanceMethod_HasThisFirst()
    {
        var method = typeof(HarmonySurfaceTests).GetMethod(nameof(Instance), System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!;

        System.Reflection.MethodInfo standIn = HarmonyStandIns.For(method);

        standIn.IsStatic.Should().BeTrue();
        standIn.ReturnType.Should().Be<long>();
        standIn.GetParameters().Select(parameter => parameter.ParameterType).Should().Equal(typeof(HarmonySurfaceTests), typeof(int).MakeByRefType(), typeof(ReadOnlySpan<byte>));
        HarmonyStandIns.For(method).Should().NotBeSameAs(standIn, "an old one stays what Harmony has made of it");
        int number = 0;
        Instance(ref number, []).Should().Be(0);
    }

    private long Instance(ref int number, ReadOnlySpan<byte> bytes) => number + bytes.Length + (GetType() == typeof(HarmonySurfaceTests) ? 0 : 1);
}
