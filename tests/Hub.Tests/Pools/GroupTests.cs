using FluentAssertions;
using Patchy.Events;
using Patchy.Pools;
using Xunit;

namespace Patchy.Tests.Pools;

/// <summary>Group: tracking, Join, Kill, Apply (rules P1 and P3).</summary>
public sealed class GroupTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(10);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Spawn_TracksUntilTheEnd(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var group = new Group();
        var gate = new Event();
        Greenlet first = group.Spawn(() => gate.Wait());
        Greenlet<int> second = group.Spawn(() => { gate.Wait(); return 2; });
        group.Count.Should().Be(2);
        group.Should().BeEquivalentTo([first, second]);
        group.Contains(first).Should().BeTrue();
        group.Full.Should().BeFalse("a group never is");
        gate.Set();
        group.Join();
        group.Count.Should().Be(0);
        group.Contains(first).Should().BeFalse();
        second.Value.Should().Be(2);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Add_OfRunningAndDeadOnes_TracksOnlyThoseThatLive(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet dead = Greenlet.Spawn(() => { });
        dead.Join();
        Greenlet living = Greenlet.Spawn(() => Greenlet.Sleep(s_long));
        var group = new Group([dead, living]);
        Greenlet.Yield();
        group.Should().Equal([living], "gevent: a link to a greenlet that is over is called soon, and discards it");
        group.Discard(living).Should().BeTrue();
        group.Discard(living).Should().BeFalse("it is out already");
        group.Join(TimeSpan.Zero).Should().BeTrue();
        living.Dead.Should().BeFalse("to discard is not to kill");
        living.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void P3_Join_MeansEmptyAtLeastOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: by the time the caller runs there may be new greenlets; the group has been empty in between all the same.
        var group = new Group();
        Greenlet first = group.Spawn(() => Greenlet.Sleep(s_moment));
        Greenlet? second = null;
        Greenlet.Spawn(() =>
        {
            while (group.Count > 0) Greenlet.Yield(); // so it is in the queue already when the group's callback makes the joiner ready
            second = group.Spawn(() => Greenlet.Sleep(s_long));
        });
        group.Join(s_long).Should().BeTrue();
        first.Dead.Should().BeTrue();
        second!.Dead.Should().BeFalse();
        group.Count.Should().Be(1);
        group.Join(s_moment).Should().BeFalse("it is not empty now");
        group.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Join_WithRaiseError_RaisesTheErrorOfAMember(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        var group = new Group();
        group.Spawn(() => { Greenlet.Yield(); throw new FormatException("mine"); });
        ((Action)(() => group.Join(s_long, raiseError: true))).Should().Throw<FormatException>();
        group.Spawn(() => throw new FormatException("again"));
        group.Join(s_long).Should().BeTrue("errors are not raised unless asked for");
        quiet.Seen.Should().HaveCount(2);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Join_WithATimeoutOfOnesOwn_EndsByIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var group = new Group();
        group.Spawn(() => Greenlet.Sleep(s_long));
        using GreenletTimeout own = GreenletTimeout.Start(s_moment);
        group.Join(own).Should().BeFalse("T5: a timeout where a time is allowed");
        using GreenletTimeout foreign = GreenletTimeout.Start(s_moment);
        ((Action)(() => group.Join())).Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(foreign, "another's timeout passes through");
        foreign.Cancel();
        group.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void P3_Kill_ReachesEachGreenletOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: those that are dying are not hit again, so that their finally blocks are left alone.
        var group = new Group();
        int hits = 0;
        group.Spawn(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                try { Greenlet.Sleep(TimeSpan.FromMilliseconds(50)); }
                catch (GreenletExit) { hits++; }
            }
        });
        Greenlet.Yield();
        group.Kill(null, block: false).Should().BeFalse();
        group.Kill(null, TimeSpan.FromMilliseconds(5)).Should().BeFalse("it refuses to die, and the time passes without an exception");
        group.Count.Should().Be(1);
        group.Kill();
        hits.Should().Be(1);
        group.Count.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_AlsoHitsThoseThatComeMeanwhile(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var group = new Group();
        int born = 0;
        void Hydra()
        {
            try { Greenlet.Sleep(s_long); }
            finally { if (++born < 5) group.Spawn(Hydra); }
        }
        group.Spawn(Hydra);
        Greenlet.Yield();
        group.Kill();
        group.Count.Should().Be(0);
        born.Should().BeGreaterThan(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_ByAMember_TakesTheOthersFirst(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var group = new Group();
        var log = new List<string>();
        group.Spawn(() =>
        {
            try { Greenlet.Sleep(s_long); }
            finally { log.Add("victim"); }
        });
        Greenlet killer = group.Spawn(() =>
        {
            try
            {
                group.Kill();
                log.Add("survived");
            }
            finally { log.Add("killer"); }
        });
        group.Join();
        log.Should().BeEquivalentTo(["victim", "killer"], "gevent: the caller is killed with the rest");
        killer.Exception.Should().BeNull("GreenletExit is no error");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_ByAMemberThatDoesNotWait_HitsItAtItsNextWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var group = new Group();
        var log = new List<string>();
        Greenlet killer = group.Spawn(() =>
        {
            try
            {
                group.Kill(null, block: false).Should().BeFalse("it is in the group itself");
                log.Add("went on");
                Greenlet.Sleep(s_long);
                log.Add("survived");
            }
            finally { log.Add("killer"); }
        });
        group.Join();
        log.Should().Equal(["went on", "killer"], "gevent: the throw is queued");
        killer.Exception.Should().BeNull();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_ByAFinallyBlockOfADyingMember_WaitsForTheOthersOnly(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent joins the caller, too, and so hangs.
        var group = new Group();
        Greenlet other = group.Spawn(() => Greenlet.Sleep(s_long));
        bool? empty = null, otherDead = null;
        Greenlet dying = group.Spawn(() =>
        {
            try { Greenlet.Sleep(s_long); }
            finally
            {
                empty = group.Kill(null);
                otherDead = other.Dead;
            }
        });
        Greenlet.Yield();
        group.KillOne(dying);
        dying.Exception.Should().BeNull();
        empty.Should().BeFalse();
        otherDead.Should().BeTrue();
        group.Count.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void KillOne_OfOneself_IsRaisedThere(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var group = new Group();
        bool survived = false;
        Greenlet killer = group.Spawn(() =>
        {
            group.KillOne(Greenlet.Running!);
            survived = true;
        });
        group.Join();
        survived.Should().BeFalse("gevent: it joins itself, and is hit there");
        killer.Exception.Should().BeNull();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void KillOne_OfItself_IsRaisedInTheCall(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var group = new Group();
        bool survived = false;
        Greenlet greenlet = group.Spawn(() => { group.KillOne(Greenlet.Current!); survived = true; });
        group.Join();
        survived.Should().BeFalse();
        greenlet.Exit.Should().NotBeNull();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_WithAnExceptionOfOnesOwn_RaisesThat(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        var group = new Group();
        var error = new FormatException("out");
        Greenlet greenlet = group.Spawn(() => Greenlet.Sleep(s_long));
        Greenlet.Yield();
        group.Kill(error).Should().BeTrue();
        greenlet.Exception.Should().BeSameAs(error);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void KillOne_OnlyThatOne_AndOnlyAMember(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var group = new Group();
        Greenlet mine = group.Spawn(() => Greenlet.Sleep(s_long)), other = group.Spawn(() => Greenlet.Sleep(s_long));
        Greenlet stranger = Greenlet.Spawn(() => Greenlet.Sleep(s_long));
        Greenlet.Yield();
        group.KillOne(mine);
        mine.Dead.Should().BeTrue();
        group.Should().Equal(other);
        group.KillOne(stranger, null).Should().BeFalse();
        stranger.Dead.Should().BeFalse("gevent: one that is not in the group is left alone");
        stranger.Kill();
        group.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_ByANativeThread_EndsTheGreenletsOfTwoHubs(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var group = new Group();
        using var spawned = new ManualResetEventSlim();
        ForeignThread other = ForeignThread.StartHub(kind, () =>
        {
            for (int i = 0; i < 5; i++) group.Spawn(() => Greenlet.Sleep(s_long));
            spawned.Set();
            group.Join();
        });
        spawned.Wait();
        for (int i = 0; i < 5; i++) group.Spawn(() => Greenlet.Sleep(s_long));
        Greenlet.Yield();
        group.Count.Should().Be(10);
        bool empty = false;
        ForeignThread killer = ForeignThread.Start(() => empty = group.Kill(null, s_long));
        group.Join(s_long).Should().BeTrue();
        killer.Finish();
        other.Finish();
        empty.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void P3_Apply_InsideAMember_RunsInPlace(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var group = new Pool(1);
        Greenlet? outer = null, inner = null;
        group.Apply(() =>
        {
            outer = Greenlet.Running;
            group.Apply(() => { inner = Greenlet.Running; });
        });
        outer.Should().NotBeNull();
        inner.Should().BeSameAs(outer, "gevent: there would be nobody to make room");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Apply_WaitsWhileOthersRun_AndRaisesTheError(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        var group = new Group();
        int ticks = 0;
        Greenlet ticker = Greenlet.Spawn(() => { while (true) { ticks++; Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); } });
        group.Apply(() => { for (int turn = 0; turn < 300 && ticks <= 1; turn++) Greenlet.Sleep(TimeSpan.FromMilliseconds(50)); return 7; }).Should().Be(7);
        ticks.Should().BeGreaterThan(1);
        ticker.Kill();
        ((Action)(() => group.Apply(() => throw new FormatException()))).Should().Throw<FormatException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void ApplyCb_CallsBackInAGreenletOfItsOwn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var group = new Group();
        var called = new AsyncResult<int>();
        Greenlet? where = null;
        group.ApplyCb(() => 3, value => { where = Greenlet.Running; called.Set(value); }).Should().Be(3);
        called.Ready.Should().BeFalse("gevent: the callback is spawned");
        called.Get().Should().Be(3);
        where.Should().NotBeSameAs(Greenlet.Running);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void P3_ApplyAsync_CallsBackOnlyOnSuccess(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        var group = new Group();
        var values = new List<int>();
        Greenlet<int> good = group.ApplyAsync(() => 1, values.Add);
        Greenlet<int> bad = group.ApplyAsync<int>(() => throw new FormatException(), values.Add);
        Greenlet<int> killed = group.ApplyAsync(() => { Greenlet.Sleep(s_long); return 3; }, values.Add);
        Greenlet.Yield();
        killed.Kill();
        Greenlet.JoinAll(good, bad, killed);
        Greenlet.Sleep(s_moment);
        values.Should().Equal([1], "gevent calls back for a killed one, too, with its GreenletExit; a typed callback has no use for that");
    });
}
