using FluentAssertions;
using Patchy.Locks;
using Xunit;
using Semaphore = Patchy.Locks.Semaphore;

namespace Patchy.Tests.Locks;

/// <summary>Rule L8, where Patchy differs on purpose: as in .NET, a try with no time never gives the turn away.</summary>
public sealed class PollingTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void L8_TryThatFails_DoesNotSwitch_AndALoopThatYieldsMakesProgress(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        // gevent: a failed acquire(False) of a patched Lock sleeps once, so that a bare spin loop makes progress. The BCL: TryEnter and WaitOne(0) are over at once.
        var semaphore = new Semaphore(0);
        var rlock = new RLock();
        Greenlet owner = Greenlet.Spawn(() =>
        {
            rlock.Acquire();
            Greenlet.Yield();
            Greenlet.Yield();
            rlock.Release();
            semaphore.Release();
        });
        Greenlet.Yield();
        bool otherRan = false;
        Greenlet other = Greenlet.Spawn(() => otherRan = true);
        semaphore.TryAcquire().Should().BeFalse();
        rlock.TryAcquire().Should().BeFalse();
        semaphore.Acquire(TimeSpan.Zero).Should().BeFalse();
        otherRan.Should().BeFalse("nothing gave the turn away");

        int polls = 0;
        while (!semaphore.TryAcquire())
        {
            polls++;
            Greenlet.Yield();
        }
        polls.Should().BeInRange(1, 10);
        otherRan.Should().BeTrue();
        rlock.TryAcquire().Should().BeTrue();
        Greenlet.JoinAll(owner, other);
    });
}
