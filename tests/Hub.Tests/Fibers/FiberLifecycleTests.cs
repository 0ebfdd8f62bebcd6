using FluentAssertions;
using Xunit;
using Patchy.Fibers;

namespace Patchy.Tests.Fibers;

/// <summary>Launch, escape, end, and what is counted and refused.</summary>
public class FiberLifecycleTests
{
    public static TheoryData<FiberKind> Kinds => [.. TestKinds.All];

    [Theory, MemberData(nameof(Kinds))]
    public void Launch_Returns_OnceTheFiberIsParkedAndBeforeAnythingOfItsBodyRan(FiberKind kind)
    {
        bool ran = false;
        FiberState state = default;
        TestCarrier.Run(kind, c =>
        {
            TestGreenlet g = c.Spawn(() => ran = true);
            state = g.Fiber.State;
            ran.Should().BeFalse();
        });
        state.Should().Be(FiberState.Parked);
        ran.Should().BeTrue();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Retire_ThreadEndsNatively_JoinReturnsAndThreadIsDead(FiberKind kind)
    {
        List<TestGreenlet> all = [];
        TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < 20; i++) all.Add(c.Spawn(TestCarrier.Yield));
        });
        foreach (TestGreenlet g in all)
        {
            g.Thread.Join(20_000).Should().BeTrue();
            g.Thread.IsAlive.Should().BeFalse();
            g.Fiber.State.Should().Be(FiberState.Retired);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Escape_ReallyBlocks_WhileTheOthersRunAndIdentityStays(FiberKind kind)
    {
        using ManualResetEvent gate = new(false);
        int othersRan = 0;
        List<string> wrong = [];
        TestCarrier.Run(kind, c =>
        {
            TestGreenlet g = null!;
            g = c.Spawn(() =>
            {
                object monitor = new();
                lock (monitor)
                {
                    // Only a greenlet of the same carrier opens the gate: an escape that kept the carrier would wait in vain.
                    TestCarrier.Escape(() =>
                    {
                        if (!gate.WaitOne(20_000)) wrong.Add("the carrier was kept");
                        if (!Monitor.IsEntered(monitor)) wrong.Add("lock lost on the escape");
                        if (Thread.CurrentThread != g.Thread) wrong.Add("CurrentThread on the escape");
                    });
                    if (!Monitor.IsEntered(monitor)) wrong.Add("lock lost after the escape");
                    if (Thread.CurrentThread != g.Thread) wrong.Add("CurrentThread after the escape");
                }
            });
            c.Spawn(() =>
            {
                for (int i = 0; i < 10; i++)
                {
                    othersRan++;
                    TestCarrier.Yield();
                }

                gate.Set();
            });
        });
        wrong.Should().BeEmpty();
        othersRan.Should().Be(10);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Escape_ManyTimesByManyGreenlets_AllComeBack(FiberKind kind)
    {
        int done = 0;
        int onEscape = 0;
        TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < 20; i++)
            {
                c.Spawn(() =>
                {
                    for (int j = 0; j < 20; j++) TestCarrier.Escape(() => Interlocked.Increment(ref onEscape));
                    done++;
                });
            }
        });
        done.Should().Be(20);
        onEscape.Should().Be(400);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Escape_ExceptionInTheCall_ComesOutOnTheCarrier(FiberKind kind)
    {
        string caught = "";
        TestCarrier.Run(kind, c => c.Spawn(() =>
        {
            try
            {
                TestCarrier.Escape(() => throw new InvalidOperationException("from the escape"));
            }
            catch (InvalidOperationException e)
            {
                caught = e.Message;
                TestCarrier.Yield();
            }
        }));
        caught.Should().Be("from the escape");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void LiveCount_FollowsLaunchAndRetire(FiberKind kind)
    {
        CountsAre([0, 7, 0], () =>
        {
            int before = 0, during = 0;
            List<TestGreenlet> all = [];
            TestCarrier.Run(kind, c =>
            {
                before = SettledCount();
                for (int i = 0; i < 7; i++) all.Add(c.Spawn(TestCarrier.Yield));
                during = Fiber.LiveCount;
            });
            foreach (TestGreenlet g in all) g.Thread.Join();
            return [0, during - before, SettledCount() - before];
        });
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Launch_StartIsRefusedForMemory_ThrowsFiberLimitAndCountsNothing(FiberKind kind)
    {
        CountsAre([0], () =>
        {
            int before = SettledCount();
            Fiber fiber = Fiber.Create(kind);
            Thread thread = new(() => { });
            Action launch = () => fiber.Launch(thread, _ => throw new OutOfMemoryException("refused"));
            launch.Should().Throw<FiberLimitException>().WithInnerException<OutOfMemoryException>().WithMessage("refused");
            launch.Should().Throw<FiberLimitException>().Which.Message.Should().Contain("vm.max_map_count").And.Contain("pid_max");
            return [SettledCount() - before];
        });
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Launch_StartFailsOtherwise_ExceptionComesOutAsItIs(FiberKind kind)
    {
        CountsAre([0], () =>
        {
            int before = SettledCount();
            Fiber fiber = Fiber.Create(kind);
            Action launch = () => fiber.Launch(new Thread(() => { }), _ => throw new ThreadStateException("started already"));
            launch.Should().Throw<ThreadStateException>();
            fiber.State.Should().Be(FiberState.New);
            return [SettledCount() - before];
        });
    }

    /// <summary>How the count changes. Fibers of earlier tests, which end when they like, may spoil a round; what is miscounted is so in each.</summary>
    private static void CountsAre(int[] expected, Func<int[]> round)
    {
        long began = Environment.TickCount64;
        int[] found = round();
        while (!found.SequenceEqual(expected) && Environment.TickCount64 - began < 30_000) found = round();
        found.Should().Equal(expected);
    }

    /// <summary>The count once fibers of earlier tests, which end beside them, have ended.</summary>
    private static int SettledCount()
    {
        int count = Fiber.LiveCount;
        for (int same = 0; same < 5; same++)
        {
            Thread.Sleep(20);
            if (Fiber.LiveCount != count) same = -1;
            count = Fiber.LiveCount;
        }
        return count;
    }
}
