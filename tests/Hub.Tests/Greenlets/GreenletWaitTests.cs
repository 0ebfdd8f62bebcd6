using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

public sealed class GreenletWaitTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(10);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void K6_Get_WithoutBlockingOrInTime_RaisesTimeout(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool go = false;
        Greenlet<int> greenlet = Greenlet.Spawn(() => { while (!go) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); return 3; });
        greenlet.Invoking(g => g.Get(block: false)).Should().Throw<GreenletTimeout>("gevent: get(block=False) raises Timeout");
        greenlet.Invoking(g => g.Get(s_short)).Should().Throw<GreenletTimeout>().Which.Message.Should().Be("0.01 seconds");
        ((Greenlet)greenlet).Invoking(g => g.Get(s_short)).Should().Throw<GreenletTimeout>();
        greenlet.Join(s_short).Should().BeFalse("gevent: join's timeout raises nothing");
        go = true;
        greenlet.Get(TimeSpan.FromSeconds(30)).Should().Be(3);
        greenlet.Get(block: false).Should().Be(3);
        greenlet.Get(TimeSpan.Zero).Should().Be(3);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K6_Join_ATimeoutOfSomebodyElse_PassesThrough(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet greenlet = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        using (GreenletTimeout outer = GreenletTimeout.StartNew(s_short))
        {
            greenlet.Invoking(g => g.Join(TimeSpan.FromSeconds(30))).Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(outer);
        }
        greenlet.HasLinks.Should().BeFalse("who gave up is unlinked");
        greenlet.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K6_Get_OfOneThatWasKilled_GivesTheDefaultValue(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet<string> greenlet = Greenlet.Spawn(() => { Greenlet.Sleep(TimeSpan.FromSeconds(30)); return "done"; });
        Greenlet.Yield();
        greenlet.Kill();
        greenlet.Get().Should().BeNull("gevent gives the GreenletExit, which cannot be a string here");
        greenlet.Exit.Should().NotBeNull();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void JoinAndGet_OfItself_AreRefused(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var refused = new List<string>();
        Greenlet.Spawn(() =>
        {
            Greenlet self = Greenlet.Current!;
            foreach (Action wait in new Action[] { self.Join, self.Get, () => self.Join(s_short) })
            {
                try { wait(); }
                catch (InvalidOperationException exception) { refused.Add(exception.Message); }
            }
        }).Join();
        refused.Should().HaveCount(3).And.OnlyContain(text => text.Contains("its own end"));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void WrongUse_NegativeTimes_AreRefused(FiberKind kind) => OnHub.Run(kind, () =>
    {
        TimeSpan negative = TimeSpan.FromSeconds(-2);
        Greenlet greenlet = Greenlet.Spawn(() => { });
        Action[] calls =
        [
            () => greenlet.Join(negative), () => greenlet.Get(negative), () => greenlet.Kill(new GreenletExit(), negative), () => Greenlet.Sleep(negative),
            () => Greenlet.JoinAll([greenlet], negative), () => Greenlet.Wait([greenlet], negative), () => Greenlet.IWait([greenlet], negative),
            () => Greenlet.Wait([greenlet], -1), () => Greenlet.KillAll([greenlet], null, negative), () => Greenlet.Await(Task.CompletedTask, negative),
            () => GreenletTimeout.StartNew(negative),
        ];
        foreach (Action call in calls) call.Should().Throw<ArgumentOutOfRangeException>();
        greenlet.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K8_JoinAll_GivesThemInTheOrderOfTheirEndsAndDuplicatesTwice(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet? fast = null;
        Greenlet slow = Greenlet.Spawn(() => { while (!fast!.Dead) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); });
        fast = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromMilliseconds(5)));
        Greenlet.JoinAll(slow, fast, slow).Should().Equal(fast, slow, slow);
        Greenlet.JoinAll(slow, fast).Should().Equal([slow, fast], "those that have ended already come in the order given");
        slow.HasLinks.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K8_JoinAll_OfManyThatEndInAnyOrder_GivesThemInThatOrder(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var ends = new List<Greenlet>();
        Greenlet[] all = [.. Enumerable.Range(0, 200).Select(i => Greenlet.Spawn(() =>
        {
            for (int round = i * 37 % 11; round > 0; round--) Greenlet.Yield();
            ends.Add(Greenlet.Current!);
        }))];
        Greenlet.Yield();
        Greenlet.Yield();
        Greenlet[] before = [.. all.Where(greenlet => greenlet.Dead)];
        before.Should().NotBeEmpty().And.HaveCountLessThan(200);
        Greenlet.JoinAll(all).Should().Equal([.. before, .. ends.Where(greenlet => !before.Contains(greenlet))]);
        Greenlet.JoinAll([.. all.Reverse()]).Should().Equal(all.Reverse());
        FluentActions.Invoking(() => Greenlet.JoinAll(all[0], null!)).Should().Throw<ArgumentException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K8_JoinAll_WithATime_GivesThoseInTime(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet slow = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        Greenlet fast = Greenlet.Spawn(() => { });
        fast.Join();
        Greenlet.JoinAll([slow, fast], TimeSpan.FromMilliseconds(30)).Should().Equal(fast);
        slow.HasLinks.Should().BeFalse("who gave up is unlinked");
        Greenlet.Wait([slow, fast], 1).Should().Equal(fast);
        Greenlet.Wait([slow, fast], 0).Should().BeEmpty();
        Greenlet.Wait(Array.Empty<Greenlet>()).Should().BeEmpty();
        slow.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K8_JoinAll_RaiseError_RaisesTheFirstInTimeAndLeavesTheOthersRunning(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        Greenlet running = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        bool go = false;
        Greenlet second = Greenlet.Spawn(() => { while (!go) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); throw new FormatException("second"); });
        Greenlet first = Greenlet.Spawn(() => { Greenlet.Yield(); throw new FormatException("first"); });
        FluentActions.Invoking(() => Greenlet.JoinAll([running, second, first], raiseError: true)).Should().Throw<FormatException>().WithMessage("first");
        running.Dead.Should().BeFalse();
        second.Dead.Should().BeFalse();
        go = true;
        Greenlet.JoinAll(second, first).Should().Equal(first, second);
        running.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K8_IWait_GivesEachAsSoonAsItIsReady(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool slowEnded = false;
        var seen = new List<(Greenlet, bool)>();
        Greenlet slow = Greenlet.Spawn(() => { while (seen.Count == 0) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); slowEnded = true; });
        Greenlet fast = Greenlet.Spawn(() => { });
        foreach (Greenlet greenlet in Greenlet.IWait([slow, fast])) seen.Add((greenlet, slowEnded));
        seen.Should().Equal((fast, false), (slow, true));

        Greenlet endless = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        foreach (Greenlet _ in Greenlet.IWait([fast, endless])) break;
        endless.HasLinks.Should().BeFalse("leaving the loop unlinks the rest");
        endless.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_KilledMeanwhile_UnlinksAndPassesTheKillOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet endless = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        Greenlet waiting = Greenlet.Spawn(() => { Greenlet.Wait([endless]); });
        Greenlet.Yield();
        Greenlet.Yield();
        endless.HasLinks.Should().BeTrue();
        waiting.Kill();
        endless.HasLinks.Should().BeFalse();
        endless.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_OnANativeThreadWithoutAHub_BlocksItAndMakesNoHub(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // The slow one ends when the thread waits for both, and the fast one has ended.
        bool hasTimedOut = false;
        Greenlet? slow = null, fast = null;
        slow = Greenlet.Spawn(() => { while (!Volatile.Read(ref hasTimedOut) || !fast!.Dead || !slow!.HasLinks) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); });
        fast = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromMilliseconds(5)));
        IReadOnlyList<Greenlet>? order = null, inTime = null;
        Hub? madeThere = null;
        bool joined = true;
        var native = new Thread(() =>
        {
            joined = slow.Join(TimeSpan.FromMilliseconds(1));
            inTime = Greenlet.Wait([slow], TimeSpan.FromMilliseconds(1));
            Volatile.Write(ref hasTimedOut, true);
            order = Greenlet.JoinAll(slow, fast);
            madeThere = Hub.CurrentOrNull;
        });
        native.StartNatively();
        while (native.IsAlive) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        order.Should().Equal(fast, slow);
        joined.Should().BeFalse();
        inTime.Should().BeEmpty();
        madeThere.Should().BeNull();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_AcrossTwoHubs_SeesTheEndsOfBoth(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var theirs = new List<Greenlet>();
        using var made = new ManualResetEvent(false);
        bool release = false;
        ForeignThread other = ForeignThread.Start(() => OnHub.Run(kind, () =>
        {
            for (int i = 0; i < 20; i++) theirs.Add(Greenlet.Spawn(() => { while (!Volatile.Read(ref release)) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); }));
            made.Set();
            Greenlet.JoinAll([.. theirs]);
        }));
        made.WaitOne();
        Greenlet[] all = [.. theirs, .. Enumerable.Range(0, 20).Select(_ => Greenlet.Spawn(Greenlet.Yield))];
        Greenlet releaser = Greenlet.Spawn(() => { Greenlet.Sleep(TimeSpan.FromMilliseconds(5)); Volatile.Write(ref release, true); });
        Greenlet.Wait(all).Should().BeEquivalentTo(all);
        releaser.Join();
        other.Finish();
    });
}
