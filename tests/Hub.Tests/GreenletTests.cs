using Patchy.Fibers;
using Xunit;
using FluentAssertions;

namespace Patchy.Tests;

public sealed class GreenletTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Spawn_ThreeThatYield_RunInTurn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: spawned greenlets start in the order of spawning, and sleep(0) lets the others run.
        var order = new List<string>();
        Greenlet[] all = [.. Enumerable.Range(0, 3).Select(i => Greenlet.Spawn(() =>
        {
            order.Add($"{i}a");
            Greenlet.Yield();
            order.Add($"{i}b");
        }))];
        order.Should().BeEmpty("spawn does not run the body yet");
        Greenlet.JoinAll(all);
        order.Should().Equal("0a", "1a", "2a", "0b", "1b", "2b");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Get_OfABodyWithAResult_GivesIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet<int> greenlet = Greenlet.Spawn(() => { Greenlet.Sleep(TimeSpan.FromMilliseconds(5)); return 42; });
        greenlet.Dead.Should().BeFalse();
        greenlet.Get().Should().Be(42);
        greenlet.Successful.Should().BeTrue();
        greenlet.Value.Should().Be(42);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Get_OfABodyThatThrew_ThrowsTheSameException(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        var error = new FormatException("mine");
        Greenlet greenlet = Greenlet.Spawn(() => throw error);
        greenlet.Join(); // gevent: join does not raise
        greenlet.Successful.Should().BeFalse();
        greenlet.Exception.Should().BeSameAs(error);
        ((Action)greenlet.Get).Should().Throw<FormatException>().Which.Should().BeSameAs(error);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Sleep_OfMany_OverlapsOnOneThread(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int asleep = 0, mostAsleep = 0;
        Greenlet[] all = [.. Enumerable.Range(0, 50).Select(_ => Greenlet.Spawn(() =>
        {
            mostAsleep = Math.Max(mostAsleep, ++asleep);
            for (int turn = 0; turn < 200 && mostAsleep < 50; turn++) Greenlet.Sleep(TimeSpan.FromMilliseconds(50)); // each has its stack made first, and that takes as long as it takes
            asleep--;
        }))];
        Greenlet.JoinAll(all);
        mostAsleep.Should().Be(50, "all of them sleep at the same time");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Sleep_DifferentTimes_EndInTheOrderOfTheirDeadlines(FiberKind kind) => OnHub.Run(kind, () =>
    {
        for (int unit = 2; unit < 2000; unit *= 4)
        {
            var order = new List<int>();
            bool tooLate = false;
            (int Milliseconds, Deadline Deadline)[] sleeps = [.. new[] { 40, 10, 30, 20 }.Select(ms => (ms, Deadline.In(unit * ms)))]; // from one moment on, however slow the start
            Greenlet[] all = [.. sleeps.Select(sleep => Greenlet.Spawn(() =>
            {
                tooLate |= sleeps.Any(static other => other.Deadline.HasPassed);
                var sleeping = new Waiter(Greenlet.Running!, "its time");
                sleeping.Park(sleep.Deadline);
                tooLate |= sleeping.ParkedSince == 0; // its time passed since that look
                order.Add(sleep.Milliseconds);
            }))];
            Greenlet.JoinAll(all);
            if (tooLate) continue; // the machine was so slow that they did not all sleep at once: such a round says nothing
            order.Should().Equal(10, 20, 30, 40);
            return;
        }
        Assert.Fail("They never slept at the same time.");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Join_WithATimeoutThatPasses_IsFalse(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet greenlet = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)));
        greenlet.Join(TimeSpan.FromMilliseconds(10)).Should().BeFalse();
        greenlet.Dead.Should().BeFalse();
        greenlet.Kill();
        greenlet.Dead.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_WhileItSleeps_RaisesGreenletExitThereAndRunsFinally(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool started = false, cleaned = false;
        Greenlet greenlet = Greenlet.Spawn(() =>
        {
            started = true;
            try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
            finally { cleaned = true; }
        });
        Greenlet.Yield();
        started.Should().BeTrue();
        greenlet.Kill();
        cleaned.Should().BeTrue();
        greenlet.Successful.Should().BeTrue("gevent: GreenletExit is no error");
        greenlet.Exception.Should().BeNull();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_BeforeItRan_EndsItWithoutRunning(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool ran = false;
        Greenlet greenlet = Greenlet.Spawn(() => ran = true);
        greenlet.Kill();
        ran.Should().BeFalse();
        greenlet.Dead.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_SwallowedByAGeneralCatch_IsRaisedAgainAtTheNextWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int raised = 0;
        Greenlet greenlet = Greenlet.Spawn(() =>
        {
            for (int i = 0; i < 2; i++)
            {
                try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
                catch (Exception) { raised++; }
            }
            Greenlet.Sleep(TimeSpan.FromSeconds(30));
        });
        Greenlet.Yield();
        greenlet.Kill();
        raised.Should().Be(2, "gevent's GreenletExit is no Exception, so that a general handler cannot swallow it");
        greenlet.Successful.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_FinallyBlockThatWaits_IsNotCutShort(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // SemaphoreSlim.Release in a finally block waits for its own lock when that is contended: a second raise there would lose the permit.
        var steps = new List<string>();
        Greenlet greenlet = Greenlet.Spawn(() =>
        {
            try
            {
                try
                {
                    Greenlet.Sleep(Timeout.InfiniteTimeSpan);
                }
                finally
                {
                    Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
                    Greenlet.Yield();
                    steps.Add("cleaned up");
                }
            }
            catch (Exception exception)
            {
                steps.Add(exception.GetType().Name);
                Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
                steps.Add("handled");
            }

            Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
            steps.Add("went on");
        });
        Greenlet.Yield();
        greenlet.Kill(new GreenletExit(), block: false);
        Greenlet.Sleep(TimeSpan.FromMilliseconds(2));
        greenlet.Kill(); // the second one only waits
        steps.Should().Equal("cleaned up", nameof(GreenletExit), "handled");
        greenlet.Dead.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_CaughtByItsType_IsOver(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool wentOn = false;
        Greenlet greenlet = Greenlet.Spawn(() =>
        {
            try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
            catch (GreenletExit) { }
            Greenlet.Sleep(TimeSpan.FromMilliseconds(5)); // gevent: a greenlet may refuse to die
            wentOn = true;
        });
        Greenlet.Yield();
        greenlet.Kill();
        wentOn.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Spawn_RunsInTheExecutionContextOfTheSpawner(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var local = new AsyncLocal<string> { Value = "spawner" };
        string? seen = null, seenByNext = null;
        Greenlet first = Greenlet.Spawn(() => { seen = local.Value; local.Value = "child"; });
        first.Join();
        Greenlet.Spawn(() => seenByNext = local.Value).Join();
        seen.Should().Be("spawner");
        seenByNext.Should().Be("spawner", "what a greenlet sets stays with it, even when its stack is used again");
        local.Value.Should().Be("spawner");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Join_FromANativeThread_Waits(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet greenlet = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromMilliseconds(30)));
        bool deadAfterJoin = false;
        var native = new Thread(() => { greenlet.Join(); deadAfterJoin = greenlet.Dead; });
        native.StartNatively();
        while (native.IsAlive) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        deadAfterJoin.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Spawn_TenThousandShortOnes_AllRunOnFewStacks(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int before = Fiber.LiveCount, ran = 0;
        Greenlet.JoinAll([.. Enumerable.Range(0, 10_000).Select(_ => Greenlet.Spawn(() => { ran++; }))]);
        ran.Should().Be(10_000);
        (Fiber.LiveCount - before).Should().BeLessThan(50, "one that ends at once leaves its stack to the next");
    });
}
