using System.Diagnostics;
using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

public sealed class GreenletKillTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(10);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void K2_Kill_BeforeItRan_EndsItAtOnceAndItsLinksFire(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool ran = false;
        int links = 0;
        Greenlet greenlet = Greenlet.Spawn(() => { ran = true; });
        greenlet.RawLink(_ => links++);
        var exit = new GreenletExit("mine");
        greenlet.Kill(exit, block: false);
        greenlet.Ready.Should().BeTrue("gevent: the start is cancelled there and then");
        greenlet.Exit.Should().BeSameAs(exit, "gevent: GreenletExit is its value");
        greenlet.Successful.Should().BeTrue();
        Greenlet.Yield();
        Greenlet.Sleep(s_short);
        ran.Should().BeFalse();
        links.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K2_Kill_BeforeItRanWithAnError_IsReportedAsAFailure(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        var error = new FormatException("mine");
        Greenlet greenlet = Greenlet.SpawnLater(TimeSpan.FromSeconds(30), () => { });
        greenlet.Kill(error);
        greenlet.Exception.Should().BeSameAs(error);
        greenlet.Successful.Should().BeFalse();
        quiet.Seen.Should().ContainSingle().Which.Exception.Should().BeSameAs(error);
        Hub.Current.Timers.Count.Should().Be(0, "its start is taken out of the timers, or it would stay in memory until then");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_ByAnotherThreadJustAsItIsStartedLater_LeavesNoTimer(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        // The timer would keep the greenlet until its time, and whoever waits for the hub to have nothing left.
        const int Rounds = 500;
        var clock = Stopwatch.StartNew();
        Greenlet? target = null;
        int killed = 0;
        bool over = false;
        ForeignThread killer = ForeignThread.Start(() =>
        {
            for (int i = 0; ; i++)
            {
                Greenlet? greenlet;
                while ((greenlet = Interlocked.Exchange(ref target, null)) is null)
                {
                    if (Volatile.Read(ref over)) return;
                    Thread.SpinWait(1);
                }
                while (!greenlet.Started) Thread.SpinWait(1);
                greenlet.Kill(new GreenletExit(), block: false);
                Volatile.Write(ref killed, i + 1);
            }
        });
        for (int i = 0; i < Rounds && clock.Elapsed < TimeSpan.FromSeconds(10); i++) // where two threads have to share a processor each round takes long
        {
            var greenlet = new Greenlet(() => { });
            Volatile.Write(ref target, greenlet);
            while (Volatile.Read(ref target) is not null && killer.IsAlive) Thread.SpinWait(1);
            greenlet.StartLater(TimeSpan.FromHours(1));
            while (Volatile.Read(ref killed) <= i && killer.IsAlive) Thread.SpinWait(1);
        }
        Volatile.Write(ref over, true);
        killer.FinishNatively();
        Greenlet.Yield();
        for (int i = 0; i < 1000 && Hub.Current.Timers.Count > 0; i++) Greenlet.Yield(); // the cancels come through the inbox
        Hub.Current.Timers.Count.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K3_Kill_OfOneThatSwallowsIt_GivesUpAfterTheTimeWithoutAnException(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int caught = 0;
        bool stop = false;
        Greenlet stubborn = Greenlet.Spawn(() =>
        {
            while (!stop)
            {
                try { Greenlet.Sleep(TimeSpan.FromMilliseconds(2)); }
                catch (GreenletExit) { caught++; }
            }
        });
        Greenlet.Yield();
        stubborn.Kill(new GreenletExit(), s_short).Should().BeFalse("gevent: kill returns while the target is alive, and never raises");
        stubborn.Dead.Should().BeFalse();
        IsHit(1);
        FluentActions.Invoking(() => Greenlet.KillAll([stubborn], null, s_short)).Should().Throw<GreenletTimeout>("gevent: killall raises Timeout, unlike kill");
        IsHit(2);
        stop = true;
        stubborn.Kill(new GreenletExit(), TimeSpan.FromSeconds(30)).Should().BeTrue();

        void IsHit(int times)
        {
            // The time may be over before its turn has come.
            for (int turn = 0; turn < 10_000 && caught < times; turn++) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
            caught.Should().Be(times);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K4_Kill_WithoutBlocking_TakesItsTurnBehindWhatIsReady(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent 22.10.2: ['kill', 'asked', 'tick', 'killed']: the throw is one more callback in the deque.
        var log = new List<string>();
        Greenlet ticker = Greenlet.Spawn(() =>
        {
            try
            {
                while (true)
                {
                    Greenlet.Yield();
                    log.Add("tick");
                }
            }
            catch (GreenletExit)
            {
                log.Add("killed");
                throw;
            }
        });
        Greenlet.Yield();
        log.Add("kill");
        ticker.Kill(new GreenletExit(), block: false);
        log.Add("asked");
        ticker.Join();
        log.Should().Equal("kill", "asked", "tick", "killed");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K5_Kill_WithAnExceptionOfOnesOwn_RaisesThatInstance(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        var error = new FormatException("mine");
        Greenlet greenlet = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        Greenlet.Yield();
        greenlet.Kill(error);
        greenlet.Exception.Should().BeSameAs(error);
        greenlet.Invoking(g => g.Kill(null!)).Should().Throw<ArgumentNullException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K5_Kill_OfOneThatHasEnded_ReturnsAtOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet<int> greenlet = Greenlet.Spawn(() => 5);
        greenlet.Join();
        long switches = Hub.Current.SwitchCount;
        greenlet.Kill();
        greenlet.Kill(new FormatException(), s_short).Should().BeTrue();
        Hub.Current.SwitchCount.Should().Be(switches);
        greenlet.Value.Should().Be(5);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K5_Kill_OfItself_IsRaisedInTheCall(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool wentOn = false;
        Greenlet greenlet = Greenlet.Spawn(() => { Greenlet.Current!.Kill(); wentOn = true; });
        greenlet.Join();
        wentOn.Should().BeFalse();
        greenlet.Exit.Should().NotBeNull();

        var steps = new List<string>();
        Greenlet.Spawn(() =>
        {
            Greenlet.Current!.Kill(new GreenletExit(), block: false);
            steps.Add("goes on");
            try { Greenlet.Yield(); }
            catch (GreenletExit) { steps.Add("raised at the wait"); }
        }).Join();
        steps.Should().Equal("goes on", "raised at the wait");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_FromANativeThread_EndsItsWaitAndBlocksUntilItHasEnded(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool deadAfterKill = false;
        Greenlet asleep = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        Greenlet.Yield();
        var native = new Thread(() => { asleep.Kill(); deadAfterKill = asleep.Dead; });
        native.StartNatively();
        while (native.IsAlive) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        deadAfterKill.Should().BeTrue();
        Hub.CurrentOrNull.Should().NotBeNull();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_RacedByManyNativeThreads_EndsEachOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        for (int round = 0; round < 50; round++)
        {
            int links = 0;
            Greenlet[] all = [.. Enumerable.Range(0, 8).Select(i => i % 2 == 0 ? Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30))) : new Greenlet(() => { }))];
            foreach (Greenlet greenlet in all) greenlet.RawLink(_ => links++);
            Thread[] killers = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() => { foreach (Greenlet greenlet in all) greenlet.Kill(new GreenletExit(), block: false); }))];
            foreach (Thread killer in killers) killer.StartNatively();
            Greenlet.JoinAll(all).Should().HaveCount(8);
            while (links < 8) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
            Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
            links.Should().Be(8, "each link is called once");
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Throw_IsRaisedOnceAndMayBeSwallowed(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var caught = new List<Exception>();
        bool wentOn = false;
        Greenlet greenlet = Greenlet.Spawn(() =>
        {
            try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
            catch (Exception exception) { caught.Add(exception); }
            Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
            wentOn = true;
        });
        Greenlet.Yield();
        var error = new FormatException("mine");
        greenlet.Throw(error).Should().BeTrue();
        greenlet.Throw(new FormatException("second")).Should().BeFalse("one is on its way");
        greenlet.Join();
        caught.Should().Equal(error);
        wentOn.Should().BeTrue("unlike a kill it is an exception like any other");
        greenlet.Throw(error).Should().BeFalse("gevent: throw() on a dead greenlet does nothing");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Throw_BeforeItRan_EndsItWithThat(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        bool ran = false;
        var greenlet = new Greenlet(() => { ran = true; });
        var error = new FormatException("mine");
        greenlet.Throw(error).Should().BeTrue();
        greenlet.Exception.Should().BeSameAs(error);
        ran.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Throw_ThenKill_TheKillWins(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool wentOn = false;
        Greenlet greenlet = Greenlet.Spawn(() =>
        {
            try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
            catch (Exception) { }
            Greenlet.Sleep(TimeSpan.FromSeconds(30));
            wentOn = true;
        });
        Greenlet.Yield();
        greenlet.Throw(new FormatException());
        greenlet.Kill();
        wentOn.Should().BeFalse();
        greenlet.Dead.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_OfOneThatLostTheCarrierBeforeItsBody_IsRaisedAtItsFirstWait(FiberKind kind) => OnHub.RunMonitored(kind, () =>
    {
        // On a machine that is busy enough the monitor takes a greenlet off the carrier between its first switch and its body, and others may kill it there. No gevent counterpart.
        bool inside = false, waited = false;
        Exception? seen = null;
        Greenlet? victim = null;
        var local = new AsyncLocal<int>(change =>
        {
            if (!change.ThreadContextChanged || change.CurrentValue != 7 || Greenlet.Running is not { } self || self != victim || inside) return;
            inside = true;
            for (int turn = 0; turn < 1000 && !self.HasPending; turn++) NativeBlock.Milliseconds(10);
        });
        local.Value = 7;
        victim = Greenlet.Spawn(() =>
        {
            try
            {
                Greenlet.Sleep(TimeSpan.FromSeconds(30));
                waited = true;
            }
            catch (Exception exception)
            {
                seen = exception;
                throw;
            }
        });
        local.Value = 0;
        for (int turn = 0; turn < 5000 && !victim.IsOffCarrier; turn++) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        inside.Should().BeTrue();
        victim.IsOffCarrier.Should().BeTrue("the monitor has taken it off the carrier, in which it blocks");
        victim.Kill(new GreenletExit(), TimeSpan.FromSeconds(30)).Should().BeTrue();
        seen.Should().BeOfType<GreenletExit>();
        waited.Should().BeFalse();
        victim.Exit.Should().BeSameAs(seen);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void KillAll_WaitingNewAndDead_EndsAll(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int cleaned = 0;
        Greenlet dead = Greenlet.Spawn(() => { });
        Greenlet asleep = Greenlet.Spawn(() => { try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); } finally { Greenlet.Yield(); cleaned++; } });
        Greenlet.Yield();
        Greenlet neverRan = Greenlet.Spawn(() => { cleaned = 100; });
        Greenlet.KillAll([dead, asleep, neverRan]);
        new[] { dead, asleep, neverRan }.Should().OnlyContain(g => g.Dead);
        cleaned.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void KillAll_WithoutBlocking_ReturnsBeforeTheyHaveEnded(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet asleep = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        Greenlet.Yield();
        Greenlet.KillAll([asleep], null, block: false);
        asleep.Dead.Should().BeFalse();
        asleep.Join(TimeSpan.FromSeconds(30)).Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_InACallbackOfTheHub_WithoutBlockingWorks(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet asleep = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        Exception? refused = null;
        Greenlet.Yield();
        Hub.Current.RunCallback(() =>
        {
            try { asleep.Join(); }
            catch (BlockingSwitchOutException exception) { refused = exception; }
            asleep.Kill(new GreenletExit(), block: false);
        });
        asleep.Join(TimeSpan.FromSeconds(30)).Should().BeTrue();
        refused.Should().NotBeNull("S7: the hub must not wait");
    });
}
