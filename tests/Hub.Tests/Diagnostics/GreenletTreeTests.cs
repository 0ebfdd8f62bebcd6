using FluentAssertions;
using Patchy.Diagnostics;
using Xunit;

namespace Patchy.Tests.Diagnostics;

/// <summary>gevent.util.GreenletTree: greenlets below those that have spawned them.</summary>
public sealed class GreenletTreeTests
{
    public static TheoryData<FiberKind> Kinds => [.. TestKinds.All];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Build_SpawnersKnown_PutsEachBelowItsSpawner(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet parent = Named("parent"), first = Named("first"), second = Named("second"), grandchild = Named("grandchild");
        var spawners = new Dictionary<Greenlet, Greenlet> { [first] = parent, [second] = parent, [grandchild] = first };
        Greenlet.Yield();
        GreenletTree tree = GreenletTree.Build(spawners.GetValueOrDefault).Single(static tree => tree.IsCurrentTree);

        Lines(tree).Should().Equal(
            "main greenlet: running",
            " +--- parent: waits",
            "       +--- first: waits",
            "       |     +--- grandchild: waits",
            "       +--- second: waits");
        KillAll(parent, first, second, grandchild);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Build_SpawnerHasEnded_IsStillShown(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet ended = Greenlet.Spawn(() => { });
        ended.Name = "ended";
        ended.Join();
        Greenlet child = Named("child");
        Greenlet.Yield();
        GreenletTree tree = GreenletTree.Build(greenlet => greenlet == child ? ended : null).Single(static tree => tree.IsCurrentTree);
        Lines(tree).Should().Equal("main greenlet: running", " +--- ended: ended", "       +--- child: waits"); // gevent: "; finished"
        KillAll(child);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void CurrentTree_OfAHub_HasItsMainGreenletAtTheRoot(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet child = Named("child");
        GreenletTree? seenByChild = null;
        Greenlet asking = Greenlet.Spawn(() => seenByChild = GreenletTree.CurrentTree());
        GreenletTree tree = GreenletTree.CurrentTree()!;
        tree.Greenlet.Should().BeSameAs(Hub.RunningHere());
        tree.Children.Select(static below => below.Greenlet).Should().Contain([child, asking]);
        asking.Get();
        seenByChild!.Greenlet.Should().BeSameAs(tree.Greenlet, "a greenlet is in the tree of its hub");
        GreenletTree.Forest().Count(static one => one.IsCurrentTree).Should().Be(1);
        KillAll(child);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Format_SpawnsTracked_ShowsTreeStackAndLocals(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet? child = null;
        Greenlet.TrackSpawns = true;
        try
        {
            Greenlet parent = Greenlet.Spawn(() =>
            {
                child = Named("child");
                child.SpawnTreeLocals["request"] = 7;
                Greenlet.Sleep(TimeSpan.FromSeconds(30));
            });
            parent.Name = "parent";
            while (child is null || !child.IsParked()) Greenlet.Yield();
            Lines(GreenletTree.CurrentTree()!).Should().Equal("main greenlet: running", " +--- parent: waits", "       +--- child: waits");
            string text = GreenletTree.CurrentTree()!.Format();
            text.Should().Contain(nameof(Format_SpawnsTracked_ShowsTreeStackAndLocals), "that is where they were spawned");
            text.Split("request = 7").Should().HaveCount(2, "gevent shows the values of a spawn tree once, at its top");
            KillAll(parent, child);
        }
        finally
        {
            Greenlet.TrackSpawns = false;
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Greenlets_ToBeStartedLater_AreListedAsNotStarted(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet later = Greenlet.SpawnLater(TimeSpan.FromSeconds(30), () => { });
        RunInfo.Greenlets().Single(info => info.Greenlet == later).State.Should().Be(GreenletState.NotStarted);
        later.Kill();
        RunInfo.Greenlets().Should().NotContain(info => info.Greenlet == later);
    });

    [Fact]
    public void CurrentTree_OnAThreadWithoutAHub_IsNull()
    {
        GreenletTree? tree = null;
        bool made = true;
        var native = new Thread(() => { tree = GreenletTree.CurrentTree(); made = Hub.CurrentOrNull is not null; });
        native.StartNatively();
        native.Join();
        tree.Should().BeNull();
        made.Should().BeFalse("to look must not make a hub");
    }

    private static Greenlet Named(string name)
    {
        Greenlet greenlet = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        greenlet.Name = name;
        return greenlet;
    }

    private static void KillAll(params Greenlet[] greenlets)
    {
        foreach (Greenlet greenlet in greenlets) greenlet.Kill();
    }

    /// <summary>Without thread numbers and times.</summary>
    private static string[] Lines(GreenletTree tree) =>
        [.. tree.Format(details: false).TrimEnd().Split('\n').Select(static line => line.Split(" of thread")[0] + (line.Contains(" of thread", StringComparison.Ordinal) ? ": running" : "")).Select(static line => line.Split(" for its")[0])];
}
