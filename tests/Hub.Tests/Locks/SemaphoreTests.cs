using FluentAssertions;
using Xunit;
using Semaphore = Patchy.Locks.Semaphore;

namespace Patchy.Tests.Locks;

public sealed class SemaphoreTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void L1_Release_WakesTheOldestWaiterAndNeverSwitches(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(0);
        var order = new List<int>();
        Greenlet[] all = [.. Enumerable.Range(0, 3).Select(i => Greenlet.Spawn(() => { semaphore.Acquire(); order.Add(i); }))];
        Greenlet.Yield();
        semaphore.LinkCount.Should().Be(3);
        semaphore.Release();
        order.Should().BeEmpty();
        Greenlet.Yield();
        order.Should().Equal(0);
        semaphore.Release(2);
        Greenlet.JoinAll(all);
        order.Should().Equal(0, 1, 2);
        (semaphore.Counter, semaphore.LinkCount).Should().Be((0, 0));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L5_Release_HandsNothingOver_WhoAcquiresFirstWinsAndTheWaiterKeepsItsPlace(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(0);
        var order = new List<string>();
        Greenlet[] all = [.. Enumerable.Range(0, 3).Select(i => Greenlet.Spawn(() => { semaphore.Acquire(); order.Add($"waiter {i}"); }))];
        Greenlet.Yield();
        semaphore.Release();
        semaphore.TryAcquire().Should().BeTrue("gevent: non-blocking acquire right after release succeeds");
        semaphore.Release();
        semaphore.Acquire();
        order.Add("main");
        for (int i = 0; i < 3; i++) Greenlet.Yield();
        order.Should().Equal("main");
        semaphore.LinkCount.Should().Be(3, "the one that was told in vain waits again");
        for (int i = 0; i < 3; i++)
        {
            semaphore.Release();
            Greenlet.Yield();
        }
        Greenlet.JoinAll(all);
        order.Should().Equal(["main", "waiter 0", "waiter 1", "waiter 2"], "fair among waiters, gevent issue 1487");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L5_SeveralToldInVain_KeepTheirOrder(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(0);
        var order = new List<int>();
        Greenlet[] all = [.. Enumerable.Range(0, 5).Select(i => Greenlet.Spawn(() => { semaphore.Acquire(); order.Add(i); }))];
        Greenlet.Yield();
        semaphore.Release(3);
        for (int i = 0; i < 3; i++) semaphore.TryAcquire().Should().BeTrue();
        for (int i = 0; i < 3; i++) Greenlet.Yield();
        semaphore.LinkCount.Should().Be(5);
        semaphore.Release(5);
        Greenlet.JoinAll(all);
        order.Should().Equal(0, 1, 2, 3, 4);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L6_Acquire_WhoseTimePasses_IsFalseAndTakesNothing(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(0);
        int ran = 0;
        Greenlet other = Greenlet.Spawn(() => { while (true) { ran++; Greenlet.Yield(); } });
        semaphore.Acquire(TimeSpan.Zero).Should().BeFalse();
        semaphore.Acquire(blocking: false).Should().BeFalse();
        ran.Should().Be(0, "gevent: timeout=0 polls");
        for (TimeSpan time = s_short; ran == 0 && time < s_long; time *= 4) // on a slow machine a short time has passed before the wait: then nobody runs
            semaphore.Acquire(time).Should().BeFalse();
        ran.Should().BeGreaterThan(0);
        other.Kill();
        semaphore.Release();
        (semaphore.Counter, semaphore.LinkCount).Should().Be((1, 0), "who has given up does not swallow a permit");
        semaphore.Acquire(s_short).Should().BeTrue();
        ((Action)(() => semaphore.Acquire(TimeSpan.FromMilliseconds(-2)))).Should().Throw<ArgumentOutOfRangeException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L6_SomebodyElsesTimeout_PassesThrough(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(0);
        GreenletTimeout? caught = null;
        using (GreenletTimeout foreign = GreenletTimeout.Start(s_short))
        {
            try { semaphore.Acquire(s_long); }
            catch (GreenletTimeout raised) { caught = raised; }
            caught.Should().BeSameAs(foreign);
        }
        semaphore.Release();
        semaphore.TryAcquire().Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T5_Acquire_WithATimeoutOfOnesOwn_IsFalseWhenThatCameFirst(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(0);
        GreenletTimeout timeout = GreenletTimeout.Start(s_short);
        semaphore.Acquire(timeout).Should().BeFalse();
        timeout.Pending.Should().BeFalse();
        semaphore.Wait(GreenletTimeout.Start(s_short)).Should().Be(0);
        Greenlet.Sleep(s_short); // nothing is left of them to be raised
        semaphore.LinkCount.Should().Be(0);
        semaphore.Release();
        semaphore.Acquire(GreenletTimeout.Start(s_long)).Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L6_KilledWaiter_LosesNoPermit(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        foreach (bool releasedFirst in new[] { false, true })
        {
            var semaphore = new Semaphore(0);
            var order = new List<string>();
            Greenlet killed = Greenlet.Spawn(() =>
            {
                semaphore.Acquire();
                order.Add("acquired");
                try { Greenlet.Sleep(s_long); }
                finally { semaphore.Release(); }
            });
            Greenlet other = Greenlet.Spawn(() => { semaphore.Acquire(); order.Add("other"); });
            Greenlet.Yield();
            if (releasedFirst)
            {
                semaphore.Release();
                killed.Kill();
            }
            else
            {
                killed.Kill(new GreenletExit(), block: false);
                semaphore.Release();
            }
            Greenlet.JoinAll(killed, other);
            order.Should().EndWith("other");
            order.Contains("acquired").Should().Be(releasedFirst, "the kill comes where the permit was not got, or else at the next wait");
            (semaphore.Counter, semaphore.LinkCount).Should().Be((0, 0));
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L6_ReleaseBeyondTheInitialValue_IsAllowed(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore();
        semaphore.Counter.Should().Be(1, "gevent's default");
        semaphore.Release();
        semaphore.Counter.Should().Be(2);
        semaphore.Release(int.MaxValue - 2);
        ((Action)semaphore.Release).Should().Throw<SemaphoreFullException>().WithMessage("*2147483647*");
        ((Action)(() => semaphore.Release(0))).Should().Throw<ArgumentOutOfRangeException>();
        semaphore.Counter.Should().Be(int.MaxValue);
        ((Action)(() => _ = new Semaphore(-1))).Should().Throw<ArgumentOutOfRangeException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L6_Wait_GivesTheCounterAndTakesNothing(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(0);
        semaphore.Wait(s_short).Should().Be(0);
        semaphore.Wait(TimeSpan.Zero).Should().Be(0);
        Greenlet<int>[] all = [.. Enumerable.Range(0, 3).Select(_ => Greenlet.Spawn(() => semaphore.Wait()))];
        Greenlet acquires = Greenlet.Spawn(() => semaphore.Acquire());
        Greenlet.Yield();
        semaphore.Release();
        acquires.Join();
        all.Select(greenlet => greenlet.Get()).Should().Equal(1, 1, 1);
        semaphore.Counter.Should().Be(0);
        semaphore.Release(2);
        semaphore.Wait().Should().Be(2);
        (semaphore.Locked, semaphore.Ready).Should().Be((false, true));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void RawLink_IsCalledOnlyWhileAPermitIsFree(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(0);
        int called = 0, counterThen = -1;
        void Callback(ILinkable _)
        {
            called++;
            counterThen = semaphore.Counter;
        }
        semaphore.RawLink(Callback);
        semaphore.Release();
        semaphore.Acquire();
        for (int i = 0; i < 3; i++) Greenlet.Yield();
        (called, semaphore.LinkCount).Should().Be((0, 1), "gevent: links are notified only while the counter is above 0");
        semaphore.Release();
        called.Should().Be(0);
        Greenlet.Yield();
        (called, counterThen, semaphore.LinkCount).Should().Be((1, 1, 0));
        semaphore.RawLink(Callback);
        semaphore.Unlink(Callback);
        Greenlet.Yield();
        called.Should().Be(1, "it was taken back after it was told, before its turn");
        semaphore.RawLink(Callback);
        Greenlet.Yield();
        called.Should().Be(2, "a permit is free already");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S7_InACallbackOfTheHub_ReleaseAndFreePermitsWork_AWaitThrows(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(0);
        Exception? thrown = null;
        bool tried = true, got = false;
        Greenlet waiter = Greenlet.Spawn(() => semaphore.Acquire());
        Greenlet.Yield();
        Greenlet.Running!.Hub.RunCallback(_ =>
        {
            tried = semaphore.TryAcquire();
            try { semaphore.Acquire(); }
            catch (BlockingSwitchOutException exception) { thrown = exception; }
            semaphore.Release(2);
            semaphore.Acquire();
            got = true;
        }, null);
        waiter.Join();
        (tried, got, semaphore.Counter, semaphore.LinkCount).Should().Be((false, true, 0, 0));
        thrown.Should().NotBeNull();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X2_SharedByTwoHubsAndNativeThreads_ServesAll(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(0);
        int got = 0;
        void Take()
        {
            semaphore.Acquire();
            Interlocked.Increment(ref got);
        }
        ForeignThread[] natives = [ForeignThread.Start(Take), ForeignThread.Start(Take)];
        ForeignThread hub = ForeignThread.StartHub(kind, () => Greenlet.JoinAll([.. Enumerable.Range(0, 5).Select(_ => Greenlet.Spawn(Take))]));
        Greenlet[] own = [.. Enumerable.Range(0, 5).Select(_ => Greenlet.Spawn(Take))];
        while (semaphore.LinkCount < 12) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        ForeignThread releaser = ForeignThread.Start(() =>
        {
            for (int i = 0; i < 12; i++) semaphore.Release();
        });
        Greenlet.JoinAll(own);
        foreach (ForeignThread thread in natives.Append(hub).Append(releaser)) thread.Finish();
        (got, semaphore.Counter, semaphore.LinkCount).Should().Be((12, 0, 0));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X2_HeldByANativeThreadWithoutAHub_GreenletsWaitAndOthersRun(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(1);
        using var end = new ManualResetEvent(false);
        ForeignThread holder = ForeignThread.Start(() =>
        {
            using (semaphore.Hold()) end.WaitOne();
        });
        while (!semaphore.Locked) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        bool got = false;
        Greenlet waiter = Greenlet.Spawn(() => { semaphore.Acquire(); got = true; });
        for (int i = 0; i < 10; i++) Greenlet.Yield();
        got.Should().BeFalse("gevent raises LoopExit here: it does not know of the other thread");
        end.Set();
        waiter.Join();
        holder.Finish();
        got.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Hold_IsGivenBackWhenTheBlockIsLeft(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(1);
        Action fails = () =>
        {
            using (semaphore.Hold())
            {
                semaphore.Locked.Should().BeTrue();
                throw new FormatException();
            }
        };
        fails.Should().Throw<FormatException>();
        semaphore.Counter.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Uncontended_AllocatesNothing(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var semaphore = new Semaphore(1);
        Allocations.Of(() =>
        {
            semaphore.Acquire();
            semaphore.Release();
            using (semaphore.Hold()) semaphore.TryAcquire();
            semaphore.Acquire(TimeSpan.FromSeconds(1));
            semaphore.Release();
        }).Should().Be(0);
    });
}
