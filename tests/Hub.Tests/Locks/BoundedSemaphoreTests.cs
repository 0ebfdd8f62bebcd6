using FluentAssertions;
using Patchy.Locks;
using Xunit;

namespace Patchy.Tests.Locks;

public sealed class BoundedSemaphoreTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void L6_Bounded_ReleasedTooOften_Throws(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new BoundedSemaphore(2);
        ((Action)semaphore.Release).Should().Throw<SemaphoreFullException>("gevent: ValueError").WithMessage("*too often*2 of 2*");
        semaphore.Acquire();
        ((Action)(() => semaphore.Release(2))).Should().Throw<SemaphoreFullException>();
        semaphore.Counter.Should().Be(1, "all or nothing");
        semaphore.Release();
        semaphore.Counter.Should().Be(2);
        new BoundedSemaphore().Counter.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Bounded_WhoWaits_IsServedInTurn(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new BoundedSemaphore(2);
        int inside = 0, most = 0, done = 0;
        Greenlet.JoinAll([.. Enumerable.Range(0, 20).Select(_ => Greenlet.Spawn(() =>
        {
            using (semaphore.Hold())
            {
                most = Math.Max(most, ++inside);
                Greenlet.Yield();
                inside--;
                done++;
            }
        }))]);
        (most, done, semaphore.Counter).Should().Be((2, 20, 2));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Dummy_NeverBlocksAndNeverCounts(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        NeverBlocksAndNeverCounts(new DummySemaphore());
    });

    private static void NeverBlocksAndNeverCounts<TSemaphore>(TSemaphore semaphore) where TSemaphore : ISemaphore
    {
        bool ran = false;
        Greenlet other = Greenlet.Spawn(() => ran = true);
        for (int i = 0; i < 3; i++) semaphore.Acquire();
        semaphore.Acquire(TimeSpan.Zero).Should().BeTrue();
        semaphore.Acquire(blocking: false).Should().BeTrue();
        semaphore.TryAcquire().Should().BeTrue();
        for (int i = 0; i < 9; i++) semaphore.Release();
        (semaphore.Wait(), semaphore.Locked, semaphore.Ready).Should().Be((1, false, true), "as in gevent");
        semaphore.RawLink(_ => throw new InvalidOperationException("gevent's rawlink does nothing here"));
        ran.Should().BeFalse();
        other.Join();
    }
}
