using System.Runtime.CompilerServices;
using FluentAssertions;
using Xunit;

namespace Patchy.Tests.Fibers;

/// <summary>What the garbage collector and the stack limits see of parked and mounted stacks.</summary>
public class FiberStackTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Collect_ThousandParked_ObjectsOnTheirStacksSurviveAndOthersDie(FiberKind kind)
    {
        int whole = 0;
        List<WeakReference> kept = [], dropped = [];
        int keptAlive = 0, droppedAlive = 0;
        TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < 1000; i++)
            {
                int k = i;
                c.Spawn(() =>
                {
                    object[] mine = [new int[k % 50], new string('x', k % 50)];
                    kept.Add(new WeakReference(mine));
                    dropped.Add(Garbage());
                    TestCarrier.Yield();
                    if (((int[])mine[0]).Length == k % 50 && ((string)mine[1]).Length == k % 50) whole++;
                });
            }

            c.Spawn(() =>
            {
                for (int i = 0; i < 3; i++) GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
                keptAlive = kept.Count(w => w.IsAlive);
                droppedAlive = dropped.Count(w => w.IsAlive);
            });
        });
        whole.Should().Be(1000);
        keptAlive.Should().Be(1000);
        droppedAlive.Should().BeLessThan(10, "only a register or a dead slot may keep one by chance");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void StackSize_Asked_IsHonoured(FiberKind kind)
    {
        int deep = 0;
        bool small = true;
        TestCarrier.Run(kind, c =>
        {
            c.Spawn(() => deep = Recurse(10_000), stackSize: 32 << 20);
            c.Spawn(() => small = HasRoomFor(1 << 20), stackSize: 256 << 10);
        });
        deep.Should().Be(10_000);
        small.Should().BeFalse("256 KB were asked for");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void InsufficientStack_InAFiber_ThrowsInsteadOfDying(FiberKind kind)
    {
        bool thrown = false;
        TestCarrier.Run(kind, c => c.Spawn(() =>
        {
            try
            {
                Sufficient(0);
            }
            catch (InsufficientExecutionStackException)
            {
                TestCarrier.Yield();
                thrown = true;
            }
        }));
        thrown.Should().BeTrue();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void NullReferences_WithSwitchesInFilterFinallyAndCatch_AreCaughtByTheRightFiber(FiberKind kind)
    {
        int[] caught = new int[30];
        TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < caught.Length; i++)
            {
                int k = i;
                c.Spawn(() =>
                {
                    string? nothing = k < 0 ? "" : null;
                    for (int j = 0; j < 20; j++)
                    {
                        try
                        {
                            try
                            {
                                _ = nothing!.Length;
                            }
                            finally
                            {
                                TestCarrier.Yield();
                            }
                        }
                        catch (NullReferenceException) when (YieldTrue())
                        {
                            TestCarrier.Yield();
                            caught[k]++;
                        }
                    }
                });
            }
        });
        caught.Should().OnlyContain(n => n == 20);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void StackTrace_OfAMountedFiber_ShowsItsOwnFrames(FiberKind kind)
    {
        string trace = "";
        TestCarrier.Run(kind, c => c.Spawn(() =>
        {
            TestCarrier.Yield();
            trace = Environment.StackTrace;
        }));
        trace.Should().Contain("TestCarrier.Main").And.NotContain("RunAll", "that is the carrier's stack");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Garbage() => new(new byte[100]);

    private static int Recurse(int depth)
    {
        Span<byte> pad = stackalloc byte[2000];
        pad[depth % 2000] = 1;
        if (depth % 1000 == 0) TestCarrier.Yield();
        return depth == 0 ? pad[0] - 1 : Recurse(depth - 1) + pad[depth % 2000];
    }

    private static bool HasRoomFor(int bytes)
    {
        Span<byte> here = stackalloc byte[16];
        here.Clear();
        return bytes <= (128 << 10) || RuntimeHelpers.TryEnsureSufficientExecutionStack() && Use(bytes);
    }

    private static bool Use(int bytes)
    {
        Span<byte> pad = stackalloc byte[16 << 10];
        pad[bytes % pad.Length] = 1;
        return RuntimeHelpers.TryEnsureSufficientExecutionStack() && (bytes <= pad.Length || Use(bytes - pad.Length));
    }

    private static void Sufficient(int depth)
    {
        Span<byte> pad = stackalloc byte[1000];
        pad[depth % 1000] = 1;
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Sufficient(depth + 1);
        pad[0] = 2;
    }

    private static bool YieldTrue()
    {
        TestCarrier.Yield();
        return true;
    }
}
