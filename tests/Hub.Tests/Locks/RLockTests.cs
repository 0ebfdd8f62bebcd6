using FluentAssertions;
using Patchy.Locks;
using Xunit;

namespace Patchy.Tests.Locks;

public sealed class RLockTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(10);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void L7_TheOwner_TakesItAgain_OthersWaitUntilItIsReleasedAsOften(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var rlock = new RLock();
        var order = new List<string>();
        rlock.Acquire();
        rlock.Acquire(TimeSpan.Zero).Should().BeTrue();
        rlock.TryAcquire().Should().BeTrue();
        Greenlet[] others = [.. Enumerable.Range(0, 2).Select(i => Greenlet.Spawn(() =>
        {
            using (rlock.Hold())
            {
                order.Add($"{i} in");
                Greenlet.Yield();
                order.Add($"{i} out");
            }
        }))];
        for (int i = 0; i < 3; i++)
        {
            Greenlet.Yield();
            order.Should().BeEmpty();
            rlock.IsHeldByCaller.Should().BeTrue();
            rlock.Release();
        }
        rlock.IsHeldByCaller.Should().BeFalse();
        Greenlet.JoinAll(others);
        order.Should().Equal("0 in", "0 out", "1 in", "1 out");
        rlock.Locked.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L7_ReleaseByAnother_Throws(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var rlock = new RLock();
        ((Action)rlock.Release).Should().Throw<SynchronizationLockException>("gevent: RuntimeError").WithMessage("*nobody has it*");
        rlock.Acquire();
        Exception? thrown = null;
        bool tried = true, late = true;
        Greenlet other = Greenlet.Spawn(() =>
        {
            tried = rlock.TryAcquire();
            late = rlock.Acquire(s_short);
            try { rlock.Release(); }
            catch (SynchronizationLockException exception) { thrown = exception; }
        });
        other.Join();
        (tried, late).Should().Be((false, false));
        thrown!.Message.Should().Contain(other.Name);
        rlock.IsHeldByCaller.Should().BeTrue();
        rlock.Release();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T5_Acquire_WithATimeoutOfOnesOwn_IsFalseWhenThatCameFirst(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var rlock = new RLock();
        rlock.Acquire();
        rlock.Acquire(GreenletTimeout.Start(s_short)).Should().BeTrue("the owner takes it again");
        rlock.Release();
        Greenlet.Spawn(() => rlock.Acquire(GreenletTimeout.Start(s_short))).Get().Should().BeFalse();
        rlock.Release();
        rlock.Locked.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L7_AGreenletThatEndsWithIt_KeepsItLocked_AlsoWhenItsStackIsUsedAgain(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var rlock = new RLock();
        Greenlet.Spawn(() => rlock.Acquire()).Join();
        Greenlet.Spawn(() => rlock.TryAcquire()).Get().Should().BeFalse("gevent: for ever");
        rlock.Locked.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L7_KilledWaiter_DoesNotGetIt(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var rlock = new RLock();
        rlock.Acquire();
        Greenlet waiter = Greenlet.Spawn(() => rlock.Acquire());
        Greenlet.Yield();
        waiter.Kill();
        rlock.Release();
        rlock.Locked.Should().BeFalse();
    });

    [Fact]
    public void L7_TakenBeforeTheThreadHadAHub_IsStillItsOwn()
    {
        bool held = false, locked = true;
        ForeignThread.Start(() =>
        {
            var rlock = new RLock();
            rlock.Acquire();
            Greenlet.Yield(); // makes the hub: the thread's code is its main greenlet from here on
            held = rlock.IsHeldByCaller;
            rlock.Acquire();
            rlock.Release();
            rlock.Release();
            locked = rlock.Locked;
        }).FinishNatively();
        (held, locked).Should().Be((true, false));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void X2_ANativeThreadAndAGreenlet_ExcludeEachOther(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        const int Times = 2000;
        var rlock = new RLock();
        int count = 0;
        void Work()
        {
            for (int i = 0; i < Times; i++)
            {
                using (rlock.Hold())
                using (rlock.Hold()) count++;
            }
        }
        ForeignThread[] natives = [ForeignThread.Start(Work), ForeignThread.StartHub(kind, Work)];
        Greenlet[] greens = [.. Enumerable.Range(0, 3).Select(_ => Greenlet.Spawn(Work))];
        Greenlet.JoinAll(greens);
        foreach (ForeignThread thread in natives) thread.Finish();
        count.Should().Be(5 * Times);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S7_InACallbackOfTheHub_AFreeLockCanBeTaken_AHeldOneThrows(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var rlock = new RLock();
        bool got = false;
        Exception? thrown = null;
        Hub hub = Greenlet.Running!.Hub;
        hub.RunCallback(_ => { using (rlock.Hold()) got = rlock.IsHeldByCaller; }, null);
        Greenlet.Yield();
        got.Should().BeTrue();
        rlock.Acquire();
        hub.RunCallback(_ =>
        {
            try { rlock.Acquire(); }
            catch (BlockingSwitchOutException exception) { thrown = exception; }
        }, null);
        Greenlet.Yield();
        thrown.Should().NotBeNull();
        rlock.Release();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Uncontended_AllocatesNothing(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var rlock = new RLock();
        Allocations.Of(() =>
        {
            using (rlock.Hold())
            using (rlock.Hold()) rlock.TryAcquire();
            rlock.Release();
        }).Should().Be(0);
    });
}
