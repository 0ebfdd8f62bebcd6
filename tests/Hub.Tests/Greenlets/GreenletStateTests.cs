using System.Runtime.CompilerServices;
using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

public sealed class GreenletStateTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void K9_Dead_OfTheRunningOne_IsFalse(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool? deadInBody = null, deadAtSpawn = null;
        Greenlet greenlet = Greenlet.Spawn(() => { deadInBody = Greenlet.Current!.Dead; });
        deadAtSpawn = greenlet.Dead;
        Greenlet.Current!.Dead.Should().BeFalse("the main greenlet lives as long as its thread");
        greenlet.Join();
        deadAtSpawn.Should().BeFalse();
        deadInBody.Should().BeFalse();
        greenlet.Dead.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Current_IsTheGreenletOfTheCode(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet? seen = null, inCallback = Greenlet.Current, onNative = Greenlet.Current;
        Greenlet greenlet = Greenlet.Spawn(() => { Greenlet.Yield(); seen = Greenlet.Current; });
        greenlet.RawLink(_ => inCallback = Greenlet.Current);
        greenlet.Join();
        Greenlet.Yield();
        var native = new Thread(() => onNative = Greenlet.Current);
        native.StartNatively();
        native.Join();
        seen.Should().BeSameAs(greenlet);
        inCallback.Should().BeNull();
        onNative.Should().BeNull();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void MinimalIdent_IsSmallUniqueAndReused(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var kept = new List<Greenlet> { Greenlet.Spawn(() => { }), Greenlet.Spawn(() => { }) };
        kept.Select(g => g.MinimalIdent).Should().Equal([0, 1], "gevent: the smallest free number of the hub");
        kept[0].Name.Should().Be("Greenlet-0");
        kept[1].MinimalIdent.Should().Be(1, "it stays");
        int highest = AskFor(100);
        highest.Should().BeLessThanOrEqualTo(101);
        for (int i = 0; i < 20 && AskFor(1) > 50; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        AskFor(1).Should().BeLessThanOrEqualTo(50, "those of collected greenlets are given again");
        Greenlet.JoinAll([.. kept]);
        GC.KeepAlive(kept);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Name_Set_IsShown(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet greenlet = Greenlet.Spawn(() => { });
        greenlet.Name = "fetcher";
        greenlet.Name.Should().Be("fetcher");
        greenlet.ToString().Should().StartWith("fetcher (").And.Contain("not yet run");
        greenlet.Join();
        greenlet.ToString().Should().Contain("dead");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void SpawningGreenlet_IsTheOneThatMadeIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet? child = null;
        Greenlet parent = Greenlet.Spawn(() => { child = Greenlet.Spawn(Greenlet.Yield); child.Join(); });
        parent.Join();
        parent.SpawningGreenlet.Should().BeSameAs(Greenlet.Current);
        child!.SpawningGreenlet.Should().BeSameAs(parent, "gevent: also when it has ended, as long as it is in memory");
        Greenlet? inCallback = null;
        Hub.Current.RunCallback(() => inCallback = Greenlet.Spawn(() => { }));
        Greenlet.Yield();
        inCallback!.SpawningGreenlet.Should().BeNull();
        GC.KeepAlive(parent);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void SpawningGreenlet_OfADeadSpawner_IsNotKeptInMemory(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Greenlet child, WeakReference parent) = SpawnFamily();
        bool gone = false;
        for (int i = 0; i < 20 && !gone; i++)
        {
            for (int j = 0; j < 4; j++) Greenlet.Spawn(() => { }).Join(); // another greenlet takes the stack
            GC.Collect();
            gone = !parent.IsAlive;
        }
        gone.Should().BeTrue();
        child.SpawningGreenlet.Should().BeNull();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void SpawningStack_OnDemand_ShowsTheSpawner(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet untracked = Greenlet.Spawn(() => { });
        untracked.SpawningStack.Should().BeNull("it is off by default");
        Greenlet.TrackSpawns = true;
        Greenlet tracked;
        try { tracked = SpawnForTheStack(); }
        finally { Greenlet.TrackSpawns = false; }
        tracked.SpawningStack!.FrameCount.Should().BeInRange(1, 10);
        tracked.SpawningStack.GetFrame(0)!.GetMethod()!.Name.Should().Be(nameof(SpawnForTheStack));
        Greenlet.JoinAll(untracked, tracked);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void SpawnTreeLocals_AreSharedDownTheTreeAndNotBetweenTrees(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: the main greenlet's children begin a tree each.
        Greenlet<bool> Tree(string value) => Greenlet.Spawn(() =>
        {
            Greenlet<object?> grandchild = Greenlet.Spawn(() => Greenlet.Spawn(() =>
            {
                Greenlet.Yield();
                return Greenlet.Current!.SpawnTreeLocals["request"];
            }).Get());
            Greenlet.Current!.SpawnTreeLocals["request"] = value; // after the spawn: they share one dictionary all the same
            return value.Equals(grandchild.Get());
        });
        Greenlet<bool> a = Tree("a"), b = Tree("b");
        a.Get().Should().BeTrue();
        b.Get().Should().BeTrue();
        Greenlet.Current!.SpawnTreeLocals.Should().BeEmpty();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Using_LeftNormally_Joins(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool ended = false;
        using (Greenlet.Spawn(() => { Greenlet.Sleep(TimeSpan.FromMilliseconds(10)); ended = true; }))
        {
            ended.Should().BeFalse();
        }
        ended.Should().BeTrue("gevent: with greenlet: joins at the end");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Using_LeftByAnException_Kills(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet? greenlet = null;
        FluentActions.Invoking(() =>
        {
            using (greenlet = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(100))))
            {
                Greenlet.Yield();
                throw new FormatException();
            }
        }).Should().Throw<FormatException>();
        greenlet!.Exit.Should().NotBeNull("gevent: with greenlet: kills it when the body raises");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Using_JoinCutShort_Kills(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet? greenlet = null;
        FluentActions.Invoking(() => GreenletTimeout.Run(TimeSpan.FromMilliseconds(10), () =>
        {
            using (greenlet = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(100)))) { }
        })).Should().Throw<GreenletTimeout>();
        greenlet!.Dead.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Using_OneThatWasNeverStarted_EndsIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var greenlet = new Greenlet(() => { });
        greenlet.Dispose();
        greenlet.Dead.Should().BeTrue("waiting for it would never end");
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int AskFor(int count) => Enumerable.Range(0, count).Select(_ => new Greenlet(() => { })).ToList().Max(g => g.MinimalIdent);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Greenlet Child, WeakReference Parent) SpawnFamily()
    {
        Greenlet? child = null;
        Greenlet parent = Greenlet.Spawn(() => { child = Greenlet.Spawn(() => { }); });
        Greenlet.JoinAll(parent);
        child!.Join();
        return (child, new WeakReference(parent));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Greenlet SpawnForTheStack() => Greenlet.Spawn(() => { });
}
