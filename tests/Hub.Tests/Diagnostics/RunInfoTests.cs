using System.Diagnostics;
using FluentAssertions;
using Patchy.Diagnostics;
using Xunit;

namespace Patchy.Tests.Diagnostics;

/// <summary>The run info names every greenlet that can still run, whatever it does, from whatever thread it is asked.</summary>
public sealed class RunInfoTests
{
    public static TheoryData<FiberKind> Kinds => [.. TestKinds.All];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Greenlets_InEveryState_AreListed(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet sleeper = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        Greenlet joiner = Greenlet.Spawn(sleeper.Join);
        bool stop = false;
        Greenlet yielder = Greenlet.Spawn(() => { while (!stop) Greenlet.Yield(); });
        Greenlet escaped = Greenlet.Spawn(() => Escape.Run(EscapePool.Blocking, 0, _ => { while (!Volatile.Read(ref stop)) Thread.Sleep(1); return 0; }));
        while (!joiner.IsParked() || !escaped.IsOffCarrier) Greenlet.Yield();
        Greenlet fresh = Greenlet.Spawn(() => { });
        Greenlet main = Hub.RunningHere();

        StateOf(main).Should().Be(GreenletState.Running);
        StateOf(sleeper).Should().Be(GreenletState.Waiting);
        StateOf(joiner).Should().Be(GreenletState.Waiting);
        StateOf(yielder).Should().Be(GreenletState.Ready, "it has run and is queued again");
        StateOf(escaped).Should().Be(GreenletState.Escaped);
        StateOf(fresh).Should().Be(GreenletState.Starting, "nothing runs before main waits (S3)");
        Find(sleeper)!.WaitingFor.Should().BeGreaterThanOrEqualTo(TimeSpan.Zero);
        Find(joiner)!.Awaited.Should().Be($"the end of {sleeper.Name}");

        stop = true;
        Greenlet.JoinAll(fresh, yielder, escaped);
        Find(fresh).Should().BeNull("it has ended");
        sleeper.Kill();
        joiner.Join();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WaitingFor_OfAWait_IsItsTimeOrALittleMore(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // A wait takes the time from the monitor's last look: a clock that stands still would say how old the process is. A machine that pauses spoils a round.
        TimeSpan most = TimeSpan.Zero, seen = TimeSpan.MaxValue;
        for (int round = 0; round < 100 && (seen > most || seen < TimeSpan.FromMilliseconds(30)); round++)
        {
            long began = Stopwatch.GetTimestamp();
            Greenlet sleeper = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
            Greenlet.Sleep(TimeSpan.FromMilliseconds(50));
            seen = Find(sleeper)!.WaitingFor ?? TimeSpan.Zero;
            most = Stopwatch.GetElapsedTime(began) + TimeSpan.FromMilliseconds(40);
            sleeper.Kill();
        }
        seen.Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(30)).And.BeLessThanOrEqualTo(most);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Format_FromANativeThread_SeesAHubThatSleeps(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet sleeper = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        sleeper.Name = "the one that sleeps";
        string seen = "";
        var native = new Thread(() =>
        {
            while (!seen.Contains("the one that sleeps: waits for", StringComparison.Ordinal)) seen = RunInfo.Format();
            sleeper.Kill(new GreenletExit(), block: false);
        });
        native.StartNatively();
        sleeper.Join();
        native.Join();
        seen.Should().MatchRegex("the one that sleeps: waits for its sleep to end since [0-9]+ ms");
        seen.Should().Contain($"{kind} fibers").And.Contain("Kernel threads:").And.Contain($"{Environment.ProcessId,7} ", "the initial thread is never ended");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Greenlets_SpawnedByAnotherThreadsHubWhileTheyAreMany_AreEachListedOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var parked = new Greenlet[200];
        for (int i = 0; i < parked.Length; i++) parked[i] = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        var mine = RunInfo.Greenlets().Where(info => info.Hub == Hub.Current).Select(static info => info.Greenlet).ToList();
        mine.Should().OnlyHaveUniqueItems().And.Contain(parked, "they are queued and have not run");
        Greenlet.Yield();
        mine = [.. RunInfo.Greenlets().Where(info => info.Hub == Hub.Current).Select(static info => info.Greenlet)];
        mine.Should().OnlyHaveUniqueItems().And.Contain(parked, "they are parked");
        foreach (Greenlet greenlet in parked) greenlet.Kill(new GreenletExit(), block: false);
        Greenlet.JoinAll(parked);
        RunInfo.Greenlets().Select(static info => info.Greenlet).Should().NotIntersectWith(parked);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Format_WhatIsAwaitedCannotSayItsName_IsStillWhole(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet waiting = Greenlet.Spawn(() => _ = new Waiter(Greenlet.Running!, new Mute()).Park(Deadline.In(TimeSpan.FromSeconds(30))));
        while (!waiting.IsParked()) Greenlet.Yield();
        RunInfo.Format(threads: false).Should().Contain("waits for Mute (its ToString failed with NotSupportedException)");
        waiting.CurrentWait!.Wake();
        waiting.Join();
    });

    [Fact]
    public void PrintsOnSigQuit_TurnedOnAndOff_IsWhatItWasSetTo()
    {
        bool before = RunInfo.PrintsOnSigQuit;
        RunInfo.PrintsOnSigQuit = true;
        RunInfo.PrintsOnSigQuit.Should().BeTrue();
        RunInfo.PrintsOnSigQuit = false;
        RunInfo.PrintsOnSigQuit.Should().BeFalse("SIGQUIT ends the process again, as natively");
        RunInfo.PrintsOnSigQuit = before;
    }

    private static GreenletInfo? Find(Greenlet greenlet) => RunInfo.Greenlets().SingleOrDefault(info => info.Greenlet == greenlet);

    private static GreenletState? StateOf(Greenlet greenlet) => Find(greenlet)?.State;

    private sealed class Mute
    {
        public override string ToString() => throw new NotSupportedException();
    }
}
