using FluentAssertions;
using Xunit;
using Patchy.Fibers;

namespace Patchy.Tests.Fibers;

public class BatonTests
{
    [Fact]
    public void Take_PassedBefore_ReturnsAtOnceAndOnlyOnce()
    {
        Baton baton = new();
        baton.Pass();
        baton.Take();
        bool second = false;
        Thread taker = new(() =>
        {
            baton.Take();
            Volatile.Write(ref second, true);
        }) { IsBackground = true };
        taker.Start();
        taker.Join(50).Should().BeFalse("the baton was taken already");
        second.Should().BeFalse();
        baton.Pass();
        taker.Join(10_000).Should().BeTrue();
    }

    [Fact]
    public void PassAndTake_PingPong_LosesNoTurn()
    {
        Baton ping = new(), pong = new();
        int turns = 0;
        Thread other = new(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                ping.Take();
                turns++;
                pong.Pass();
            }
        }) { IsBackground = true };
        other.Start();
        for (int i = 0; i < 20_000; i++)
        {
            ping.Pass();
            pong.Take();
            if (turns != i + 1) Assert.Fail($"turn {i}: the other side ran {turns} times");
        }

        other.Join(10_000).Should().BeTrue();
    }

    [Fact]
    public void Take_WhileWaiting_DoesNotHoldUpTheGarbageCollector()
    {
        Baton baton = new();
        Thread taker = new(baton.Take) { IsBackground = true };
        taker.Start();
        Thread collector = new(GC.Collect) { IsBackground = true };
        collector.Start();
        collector.Join(20_000).Should().BeTrue();
        baton.Pass();
        taker.Join(10_000).Should().BeTrue();
    }
}
