using System.Reflection;
using FluentAssertions;
using Patchy.Detours;
using Xunit;

namespace Patchy.Tests.Detours;

[Collection("the engines of this process")]
public sealed unsafe class PrecodeCellEngineTests
{
    private readonly PrecodeCellEngine _engine = new(Probes.Layout);

    [Fact]
    public void Apply_FreshMethod_RedirectsAndUndoRestores()
    {
        IDetour detour = _engine.Prepare("test", Victim("Applied"), Victim("Minus"));
        detour.LateReason.Should().BeNull();
        CellVictims.CallApplied(5).Should().Be(6, "preparing redirects nothing");

        detour.Apply();
        CellVictims.CallApplied(5).Should().Be(-5);
        detour.IsApplied.Should().BeTrue();
        ((delegate*<int, int>)detour.Original)(5).Should().Be(6);
        ((delegate*<int, int>)_engine.GetOriginal(Victim("Applied")))(5).Should().Be(6);

        detour.Undo().Should().BeTrue();
        CellVictims.CallApplied(5).Should().Be(6);
        detour.IsApplied.Should().BeFalse();
        _engine.Unpatch(detour.Source, "test").Should().BeTrue();
        _engine.GetPatchInfo(detour.Source).Should().BeNull();
    }

    [Fact]
    public void Prepare_PrecodeWithAnotherByte_RefusesAndChangesNothing()
    {
        MethodInfo source = Victim("Template");
        nint precode = source.MethodHandle.GetFunctionPointer();
        var before = new MethodDescriptor(Probes.Layout, source);
        var fooled = new PrecodeCellEngine(RuntimeLayout.Read(Probes.Real with { Memory = new Probes.OneByteDiffers(precode + 1, 0x2D) }));

        Action prepare = () => fooled.Prepare("test", source, Victim("Minus"));

        prepare.Should().Throw<DetourRefusedException>().Where(e => e.Refusal == DetourRefusal.Template)
            .WithMessage("*byte 1*0x2d*expected 0x25*Nothing was patched*");
        before.IsNotInline.Should().BeFalse();
        before.DefaultBody.Should().Be(0, "it was not even compiled");
        CellVictims.CallTemplate(1).Should().Be(2);
    }

    [Fact]
    public void Prepare_PrecodeOfAnotherMethod_Refuses()
    {
        MethodInfo source = Victim("SelfRewritten");
        nint cell = Probes.Layout.Precode.Cell(source.MethodHandle.GetFunctionPointer());
        var fooled = new PrecodeCellEngine(RuntimeLayout.Read(Probes.Real with { Memory = new Probes.OneWordDiffers(cell + Probes.Layout.PrecodeMethodDesc, 0x1234) }));

        Action prepare = () => fooled.Prepare("test", source, Victim("Minus"));

        prepare.Should().Throw<DetourRefusedException>().WithMessage("*belongs to another method (0x1234*");
    }

    [Fact]
    public void Undo_CellWrittenBySomebodyElse_LeavesItAlone()
    {
        IDetour detour = _engine.Prepare("test", Victim("Overwritten"), Victim("Minus"));
        detour.Apply();
        nint cell = Probes.Layout.Precode.Cell(detour.Source.MethodHandle.GetFunctionPointer());
        nint ours = *(nint*)cell, foreign = Victim("Other").MethodHandle.GetFunctionPointer();
        CellMemory.CompareExchange(cell, foreign, ours);

        detour.Undo().Should().BeFalse();

        CellVictims.CallOverwritten(3).Should().Be(300, "the foreign detour is still in place");
        Action again = detour.Apply;
        again.Should().Throw<DetourRefusedException>().Where(e => e.Refusal == DetourRefusal.Foreign);
        CellMemory.CompareExchange(cell, detour.Original, foreign).Should().Be(foreign);
        CellVictims.CallOverwritten(3).Should().Be(4);
    }

    [Fact]
    public void Unpatch_ByAnotherOwner_DoesNothing()
    {
        IDetour detour = _engine.Prepare("mine", Victim("TwoOwners"), Victim("Minus"));
        detour.Apply();

        _engine.Unpatch(detour.Source, "yours").Should().BeFalse();
        CellVictims.CallTwoOwners(7).Should().Be(-7);

        _engine.Unpatch(detour.Source, "mine").Should().BeTrue();
        CellVictims.CallTwoOwners(7).Should().Be(8);
    }

    [Fact]
    public void Prepare_Twice_RefusesAndNamesTheOwner()
    {
        _engine.Prepare("first.owner", Victim("Owner"), Victim("Minus"));

        Action again = () => _engine.Prepare("second.owner", Victim("Owner"), Victim("Other"));

        again.Should().Throw<DetourRefusedException>().Where(e => e.Refusal == DetourRefusal.AlreadyPatched).WithMessage("*first.owner*Minus*");
    }

    [Fact]
    public void SelfTest_ReplacementNotReached_RefusesAsSelfTest()
    {
        // An engine whose memory shows an intact cell but whose detour has no effect: the trial must notice.
        MethodInfo replacement = typeof(EngineSelfTest).GetMethod("Replacement", BindingFlags.Static | BindingFlags.NonPublic)!;
        // Not back to the trial's own source: the two cells would then lead to each other, and the trial run round for ever.
        IDetour sabotage = _engine.Prepare("sabotage", replacement, Victim("Other"));
        sabotage.Apply();
        try
        {
            Action trial = () => EngineSelfTest.Run(new PrecodeCellEngine(Probes.Layout));
            trial.Should().Throw<DetourRefusedException>().Where(e => e.Refusal == DetourRefusal.SelfTest).WithMessage("*failed at a direct call*Nothing of the class library was patched*");
        }
        finally
        {
            sabotage.Undo();
        }
        EngineSelfTest.Run(new PrecodeCellEngine(Probes.Layout)); // and passes again
    }

    private static MethodInfo Victim(string name) => typeof(CellVictims).GetMethod(name)!;
}
