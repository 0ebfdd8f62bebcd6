using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

/// <summary>gevent's rules T1 to T5.</summary>
public sealed class GreenletTimeoutRuleTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void T1_CodeThatDoesNotWait_IsNotInterruptedAndTheScopeEndsIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool reachedTheEnd = false;
        using (GreenletTimeout.StartNew(TimeSpan.FromMilliseconds(1)))
        {
            long until = Environment.TickCount64 + 20;
            while (Environment.TickCount64 < until) { }
            reachedTheEnd = true;
        }
        Greenlet.Sleep(s_short); // nothing is raised here any more
        reachedTheEnd.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T1_IsRaisedInTheGreenletThatStartedIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var timeout = new GreenletTimeout(s_short);
        Exception? inStarter = null;
        bool otherEnded = false;
        Greenlet starter = Greenlet.Spawn(() =>
        {
            timeout.Start();
            try { Greenlet.Sleep(s_long); }
            catch (GreenletTimeout exception) { inStarter = exception; }
        });
        Greenlet other = Greenlet.Spawn(() => { Greenlet.Sleep(TimeSpan.FromMilliseconds(40)); otherEnded = true; });
        Greenlet.JoinAll(starter, other);
        inStarter.Should().BeSameAs(timeout);
        otherEnded.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T2_NestedOnes_EachIsKnownByItsIdentity(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var log = new List<string>();
        using GreenletTimeout outer = GreenletTimeout.StartNew(TimeSpan.FromSeconds(2)); // far behind the inner one, also where that comes late
        try
        {
            using GreenletTimeout inner = GreenletTimeout.StartNew(s_short);
            try { Greenlet.Sleep(s_long); }
            catch (GreenletTimeout exception) when (exception == inner) { log.Add("inner"); }
            Greenlet.Sleep(s_long);
        }
        catch (GreenletTimeout exception) when (exception == outer)
        {
            log.Add("outer");
        }
        log.Should().Equal("inner", "outer");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T2_EqualTimes_TheOuterOneWins(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // S5: timers fire by deadline, then in the order of their starts.
        using GreenletTimeout outer = GreenletTimeout.StartNew(TimeSpan.Zero);
        using GreenletTimeout inner = GreenletTimeout.StartNew(TimeSpan.Zero);
        FluentActions.Invoking(() => Greenlet.Sleep(s_long)).Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(outer);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T2_Silent_IsSwallowedByItsOwnScopeOnly(FiberKind kind) => OnHub.Run(kind, () =>
    {
        new GreenletTimeout(s_short, silent: true).Run(() => Greenlet.Sleep(s_long)).Should().BeFalse("gevent: with Timeout(seconds, False) goes on after the block");
        new GreenletTimeout(s_long, silent: true).Run(() => Greenlet.Sleep(s_short)).Should().BeTrue();
        GreenletTimeout.TryRun(s_short, () => Greenlet.Sleep(s_long)).Should().BeFalse();
        GreenletTimeout.TryRun(s_long, () => 5, out int five).Should().BeTrue();
        five.Should().Be(5);

        using GreenletTimeout outer = GreenletTimeout.StartNew(s_short);
        FluentActions.Invoking(() => GreenletTimeout.TryRun(s_long, () => Greenlet.Sleep(s_long))).Should().Throw<GreenletTimeout>()
            .Which.Should().BeSameAs(outer, "somebody else's passes through");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T2_ExceptionOfOnesOwn_IsRaisedInstead(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var own = new FormatException("mine");
        using (var timeout = new GreenletTimeout(s_short, own))
        {
            timeout.Start();
            FluentActions.Invoking(() => Greenlet.Sleep(s_long)).Should().Throw<FormatException>().Which.Should().BeSameAs(own);
        }
        int made = 0;
        var factory = new GreenletTimeout(s_short, () => new FormatException($"number {++made}"));
        factory.Invoking(t => t.Run(() => Greenlet.Sleep(s_long))).Should().Throw<FormatException>().WithMessage("number 1");
        var again = new GreenletTimeout(s_short, () => new FormatException($"number {++made}"));
        again.Start();
        FluentActions.Invoking(() => Greenlet.Sleep(s_long)).Should().Throw<FormatException>().WithMessage("number 2");
        again.Cancel();
        again.Start();
        FluentActions.Invoking(() => Greenlet.Sleep(s_long)).Should().Throw<FormatException>().WithMessage("number 3", "each time it fires makes one");
        again.Close();
        Greenlet.Sleep(s_short);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T2_ExceptionOfOnesOwnSwallowedByAGeneralCatch_ComesAgain(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int raised = 0;
        using (var timeout = new GreenletTimeout(s_short, new FormatException()))
        {
            timeout.Start();
            for (int i = 0; i < 2; i++)
            {
                try { Greenlet.Sleep(s_long); }
                catch (Exception) { raised++; }
            }
        }
        raised.Should().Be(2);
        Greenlet.Sleep(s_short);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T3_NullAndInfinite_NeverFireAndSetNoTimer(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int before = Hub.Current.Timers.Count;
        using var none = new GreenletTimeout();
        using GreenletTimeout alsoNone = GreenletTimeout.StartNew((TimeSpan?)null);
        using GreenletTimeout infinite = GreenletTimeout.StartNew(Timeout.InfiniteTimeSpan);
        none.Start();
        none.Start(); // gevent: what never fires is never pending
        new[] { none.Pending, alsoNone.Pending, infinite.Pending }.Should().OnlyContain(pending => !pending);
        Hub.Current.Timers.Count.Should().Be(before);
        Greenlet.Sleep(s_short);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T3_Zero_SurvivesAYieldAndFiresAtTheNextTurn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); // a turn has just begun
        bool survived = false;
        using GreenletTimeout timeout = GreenletTimeout.StartNew(TimeSpan.Zero);
        Greenlet.Yield();
        survived = timeout.Pending;
        FluentActions.Invoking(() => Greenlet.Sleep(s_long)).Should().Throw<GreenletTimeout>();
        survived.Should().BeTrue("gevent: sleep(0) runs what is queued, and does not look at timers");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T4_Start_OfAPendingOne_IsRefused(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using GreenletTimeout timeout = GreenletTimeout.StartNew(s_long);
        timeout.Invoking(t => t.Start()).Should().Throw<InvalidOperationException>().WithMessage("*cancel it first*");
        GreenletTimeout.StartNew(timeout).Should().BeSameAs(timeout, "start_new leaves a pending one as it is");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T4_CancelAndStart_BeginsAnew(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var timeout = new GreenletTimeout(s_short);
        timeout.Start();
        timeout.Cancel();
        timeout.Pending.Should().BeFalse();
        Greenlet.Sleep(TimeSpan.FromMilliseconds(30));
        GreenletTimeout.StartNew(timeout).Should().BeSameAs(timeout);
        FluentActions.Invoking(() => Greenlet.Sleep(s_long)).Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(timeout);
        timeout.Pending.Should().BeFalse("it has fired");
        timeout.Start(); // after it has fired, without a cancel: legal, too
        FluentActions.Invoking(() => Greenlet.Sleep(s_long)).Should().Throw<GreenletTimeout>();
        timeout.Cancel();
        Greenlet.Sleep(s_short);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T4_Cancel_OnAnotherThreadAndStart_TheOldTimeDoesNotFire(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var timeout = new GreenletTimeout(s_long);
        timeout.Start();
        var native = new Thread(timeout.Cancel);
        native.StartNatively();
        native.Join();
        timeout.Pending.Should().BeFalse();
        for (int turn = 0; turn < 10_000 && Hub.Current.Timers.Count > 0; turn++) Greenlet.Yield();
        Hub.Current.Timers.Count.Should().Be(0, "it is taken out of the heap");
        timeout.Start();
        timeout.Pending.Should().BeTrue();
        timeout.Cancel();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T4_Close_IsFinal(FiberKind kind) => OnHub.Run(kind, () =>
    {
        GreenletTimeout timeout = GreenletTimeout.StartNew(s_long);
        timeout.Close();
        timeout.Pending.Should().BeFalse();
        timeout.Invoking(t => t.Start()).Should().Throw<ObjectDisposedException>();
        GreenletTimeout used;
        using (used = GreenletTimeout.StartNew(s_long)) { }
        used.Invoking(t => t.Start()).Should().Throw<ObjectDisposedException>("gevent: leaving the with block closes it");
        Hub.Current.Timers.Count.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T4_WithTimeout_GivesItsValueForItsOwnTimerOnly(FiberKind kind) => OnHub.Run(kind, () =>
    {
        GreenletTimeout.WithTimeout(s_short, () => { Greenlet.Sleep(s_long); return "result"; }, "late").Should().Be("late");
        GreenletTimeout.WithTimeout(s_long, () => "result", "late").Should().Be("result");
        using GreenletTimeout outer = GreenletTimeout.StartNew(s_short);
        FluentActions.Invoking(() => GreenletTimeout.WithTimeout(s_long, () => { Greenlet.Sleep(s_long); return "result"; }, "late"))
            .Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(outer);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T4_Run_WrappedByTheBcl_GivesTheTimeoutItself(FiberKind kind) => OnHub.Run(kind, () =>
    {
        static void Wrapped()
        {
            try { Greenlet.Sleep(s_long); }
            catch (Exception exception) { throw new IOException("as NetworkStream does", exception); }
        }
        FluentActions.Invoking(() => GreenletTimeout.Run(s_short, Wrapped)).Should().Throw<GreenletTimeout>();
        GreenletTimeout.TryRun(s_short, Wrapped).Should().BeFalse();
        var own = new FormatException();
        FluentActions.Invoking(() => new GreenletTimeout(s_short, own).Run(Wrapped)).Should().Throw<FormatException>().Which.Should().BeSameAs(own);
        FluentActions.Invoking(() => GreenletTimeout.Run(s_long, () => throw new FormatException())).Should().Throw<FormatException>("the body's own errors pass through");
    });

    [Fact]
    public void T4_Message_IsAsGeventWritesIt()
    {
        TimeSpan one = TimeSpan.FromSeconds(1);
        new GreenletTimeout(one).Message.Should().Be("1 second");
        new GreenletTimeout(TimeSpan.FromSeconds(2)).Message.Should().Be("2 seconds");
        new GreenletTimeout(TimeSpan.FromSeconds(0.5)).Message.Should().Be("0.5 seconds");
        new GreenletTimeout(one, silent: true).Message.Should().Be("1 second (silent)");
        new GreenletTimeout(one, "msg").Message.Should().Be("1 second: msg");
        new GreenletTimeout(one, new FormatException("x")).Message.Should().Be("1 second: x");
        new GreenletTimeout().Message.Should().BeEmpty();
        new GreenletTimeout(null, "msg").Message.Should().Be("msg");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void T5_AnInstanceWhereATimeIsAllowed_IsStartedAndCancelled(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet<int> slow = Greenlet.Spawn(() => { Greenlet.Sleep(s_long); return 1; });
        var timeout = new GreenletTimeout(s_short);
        slow.Join(timeout).Should().BeFalse("gevent: join swallows the timeout that it was given");
        timeout.Pending.Should().BeFalse();
        slow.Invoking(g => g.Get(timeout)).Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(timeout);
        Greenlet.Wait([slow], timeout).Should().BeEmpty();
        Greenlet.JoinAll([slow], timeout).Should().BeEmpty();
        Greenlet.JoinAll([slow], timeout, raiseError: true, count: null).Should().BeEmpty();
        GreenletTimeout.WithTimeout(timeout, () => slow.Get(), 9).Should().Be(9);
        Greenlet quick = Greenlet.Spawn(() => { });
        var patient = new GreenletTimeout(s_long);
        quick.Join(patient).Should().BeTrue();
        patient.Pending.Should().BeFalse("it is cancelled in the end");
        Greenlet.Wait([slow, quick], timeout).Should().Equal(quick);
        Greenlet.Sleep(TimeSpan.FromMilliseconds(30)); // nothing is left to be raised
        slow.Kill(new GreenletExit(), patient).Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T5_AnInstanceWithItsOwnException_RaisesThat(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent 22.10.2: g.join(timeout=Timeout(0.01, ValueError('own'))) raises the ValueError.
        Greenlet slow = Greenlet.Spawn(() => Greenlet.Sleep(s_long));
        slow.Invoking(g => g.Join(new GreenletTimeout(s_short, new FormatException("own")))).Should().Throw<FormatException>();
        slow.Invoking(g => g.Get(new GreenletTimeout(s_short, new FormatException("own")))).Should().Throw<FormatException>();
        GreenletTimeout silent = new(s_short, silent: true);
        slow.Invoking(g => g.Get(silent)).Should().Throw<GreenletTimeout>("only its own scope swallows a silent one").Which.Should().BeSameAs(silent);
        slow.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T5_AnInstanceThatIsPendingAlready_KeepsItsTime(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet slow = Greenlet.Spawn(() => Greenlet.Sleep(s_long));
        TimeSpan time = TimeSpan.FromMilliseconds(30);
        bool laterOne = false;
        GreenletTimeout timeout = GreenletTimeout.StartNew(time);
        Greenlet later = Greenlet.SpawnLater(time, () => laterOne = true);
        timeout.Pending.Should().BeTrue("it cannot fire before somebody waits");
        slow.Join(timeout).Should().BeFalse();
        laterOne.Should().BeFalse("S5: what was started after it comes after it");
        later.Join();
        slow.Kill();
    });
}
