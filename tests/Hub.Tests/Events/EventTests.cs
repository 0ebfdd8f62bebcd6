using FluentAssertions;
using Patchy.Events;
using Xunit;

namespace Patchy.Tests.Events;

public sealed class EventTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void L1_Set_WakesAllInTheOrderInWhichTheyCameAndNeverSwitches(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        var order = new List<string>();
        Greenlet[] all = [.. Enumerable.Range(0, 3).Select(i => Greenlet.Spawn(() => { ready.Wait(); order.Add($"{i}"); }))];
        Greenlet.Yield();
        ready.LinkCount.Should().Be(3);
        ready.Set();
        order.Should().BeEmpty("gevent: set() only queues the notification");
        order.Add("setter");
        Greenlet.JoinAll(all);
        order.Should().Equal("setter", "0", "1", "2");
        ready.LinkCount.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L1_RawLink_IsCalledOnceInItsTurnAndMayBeTakenBackUntilThen(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        var order = new List<string>();
        void Later(ILinkable _) => order.Add("taken back");
        void Once(ILinkable source) => order.Add(source == ready ? "once" : "wrong source");
        ready.RawLink(Once);
        ready.RawLink(_ => { order.Add("takes the later one back"); ready.Unlink(Later); });
        Greenlet waiter = Greenlet.Spawn(() => { ready.Wait(); order.Add("waiter"); });
        Greenlet.Yield();
        ready.RawLink(Later);
        ready.RawLink(_ => order.Add("last"));
        ready.Set();
        order.Should().BeEmpty();
        waiter.Join();
        Greenlet.Yield();
        order.Should().Equal(["once", "takes the later one back", "waiter", "last"], "gevent: in the order of linking, and an earlier link may unlink a later one");
        ready.Clear();
        ready.Set();
        Greenlet.Yield();
        order.Should().HaveCount(4, "links are taken out before they are called");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void RawLink_WhenSetAlready_IsCalledSoonButNotAtOnce(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        ready.Set();
        bool called = false;
        ready.RawLink(_ => called = true);
        called.Should().BeFalse();
        Greenlet.Yield();
        called.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L2_SetThenClear_WakesAllWhoWaitedWithTrue(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        Greenlet<bool>[] all = [.. Enumerable.Range(0, 3).Select(_ => Greenlet.Spawn(() => ready.Wait(s_long)))];
        Greenlet.Yield();
        ready.Set();
        ready.Clear();
        all.Select(greenlet => greenlet.Get()).Should().Equal([true, true, true], "bpo-13502: the flag was set while they waited");
        ready.IsSet.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L2_LinkedWhileOthersAreTold_WaitsForTheNextSet(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        int called = 0;
        void Again(ILinkable _)
        {
            called++;
            ready.Clear();
            ready.RawLink(Again);
        }
        ready.RawLink(Again);
        Greenlet waiter = Greenlet.Spawn(() => { ready.Wait(); called += 10; ready.Wait(); called += 100; });
        Greenlet.Yield();
        ready.Set();
        for (int i = 0; i < 5; i++) Greenlet.Yield();
        called.Should().Be(11, "gevent calls only up to the last one that was there");
        ready.Set();
        waiter.Join();
        Greenlet.Yield();
        called.Should().Be(112);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L3_WaitThatFindsTheFlagSet_QueuesBehindThoseThatAreStillBeingTold(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        var order = new List<string>();
        Greenlet first = Greenlet.Spawn(() => { ready.Wait(); order.Add("0"); ready.Wait(); order.Add("0 again"); });
        Greenlet[] others = [.. Enumerable.Range(1, 2).Select(i => Greenlet.Spawn(() => { ready.Wait(); order.Add($"{i}"); }))];
        Greenlet.Yield();
        ready.Set();
        ready.Wait();
        order.Add("setter");
        Greenlet.JoinAll([first, .. others]);
        order.Should().HaveElementAt(3, "setter").And.HaveElementAt(4, "0 again", "gevent issue 1520: it came last");
        order.Take(3).Should().Equal("0", "1", "2");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L3_SetByAnotherThread_TheOrderIsTheSame(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        var order = new List<string>();
        Greenlet[] all = [.. Enumerable.Range(0, 3).Select(i => Greenlet.Spawn(() => { ready.Wait(); order.Add($"{i}"); }))];
        Greenlet.Yield();
        ForeignThread.Start(ready.Set).FinishNatively();
        ready.Wait();
        order.Add("late");
        Greenlet.JoinAll(all);
        order.Should().Equal("0", "1", "2", "late");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L3_WaitThatFindsTheFlagSetOtherwise_DoesNotSwitch(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        bool ran = false;
        ready.Set();
        Greenlet other = Greenlet.Spawn(() => ran = true);
        ready.Wait();
        ready.Wait(s_long).Should().BeTrue();
        ready.Wait(TimeSpan.Zero).Should().BeTrue();
        ran.Should().BeFalse();
        other.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_WithATime_IsFalseWhenItPasses_AndOthersRun(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        int ran = 0;
        Greenlet other = Greenlet.Spawn(() => { while (true) { ran++; Greenlet.Yield(); } });
        ready.Wait(TimeSpan.Zero).Should().BeFalse();
        ran.Should().Be(0, "zero only looks");
        for (TimeSpan time = s_short; ran == 0 && time < s_long; time *= 4) // on a slow machine a short time has passed before the wait: then nobody runs
            ready.Wait(time).Should().BeFalse();
        ran.Should().BeGreaterThan(0);
        ready.LinkCount.Should().Be(0, "who has given up is not linked any more");
        other.Kill();
        ((Action)(() => ready.Wait(TimeSpan.FromMilliseconds(-2)))).Should().Throw<ArgumentOutOfRangeException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_SomebodyElsesTimeout_PassesThrough(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        using GreenletTimeout foreign = GreenletTimeout.Start(s_short);
        GreenletTimeout? caught = null;
        try { ready.Wait(s_long); }
        catch (GreenletTimeout raised) { caught = raised; }
        caught.Should().BeSameAs(foreign);
        ready.LinkCount.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T5_Wait_WithATimeoutOfOnesOwn_IsFalseWhenThatCameFirst_AndItIsOverAfterwards(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        var timeout = new GreenletTimeout(s_short); // not started: the wait does it
        ready.Wait(timeout).Should().BeFalse();
        timeout.Pending.Should().BeFalse();
        Greenlet.Sleep(s_short); // nothing is left of it to be raised
        GreenletTimeout unused = GreenletTimeout.Start(s_long);
        Greenlet.Spawn(ready.Set);
        ready.Wait(unused).Should().BeTrue();
        unused.Pending.Should().BeFalse("gevent closes it, also when it ran before");
        ready.Clear();
        using GreenletTimeout foreign = GreenletTimeout.Start(s_short);
        GreenletTimeout? caught = null;
        try { ready.Wait(GreenletTimeout.Start(s_long)); }
        catch (GreenletTimeout raised) { caught = raised; }
        caught.Should().BeSameAs(foreign);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_OfOneThatIsKilled_LeavesNothingBehind(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        bool wentOn = false;
        Greenlet killed = Greenlet.Spawn(() => { ready.Wait(); wentOn = true; });
        Greenlet<bool> other = Greenlet.Spawn(() => ready.Wait(s_long));
        Greenlet.Yield();
        killed.Kill();
        ready.LinkCount.Should().Be(1);
        ready.Set();
        other.Get().Should().BeTrue();
        wentOn.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S7_InACallbackOfTheHub_SetAndReadyWaitsWork_AWaitThatWouldBlockThrows(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        Exception? thrown = null;
        bool early = true, late = false;
        Greenlet waiter = Greenlet.Spawn(() => ready.Wait());
        Greenlet.Yield();
        Greenlet.Running!.Hub.RunCallback(_ =>
        {
            early = ready.Wait(TimeSpan.Zero);
            try { ready.Wait(); }
            catch (BlockingSwitchOutException exception) { thrown = exception; }
            ready.Set();
            late = ready.Wait(s_long);
        }, null);
        waiter.Join();
        early.Should().BeFalse();
        thrown.Should().NotBeNull("gevent: Impossible to call blocking function in the event loop callback");
        late.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X3_SetByANativeThread_WakesGreenletsOfTwoHubsAndNativeThreads(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event(); // gevent: within one thread only
        int woken = 0;
        void Wait()
        {
            ready.Wait();
            Interlocked.Increment(ref woken);
        }
        ForeignThread native = ForeignThread.Start(Wait);
        ForeignThread hub = ForeignThread.StartHub(kind, () => Greenlet.JoinAll([.. Enumerable.Range(0, 5).Select(_ => Greenlet.Spawn(Wait))]));
        Greenlet[] own = [.. Enumerable.Range(0, 5).Select(_ => Greenlet.Spawn(Wait))];
        while (ready.LinkCount < 11) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        woken.Should().Be(0);
        ForeignThread.Start(ready.Set).Finish();
        Greenlet.JoinAll(own);
        native.Finish();
        hub.Finish();
        woken.Should().Be(11);
    });

    [Fact]
    public void Wait_OnANativeThread_BlocksItWithoutAHub_AndThreadInterruptEndsIt() => OnHub.RunSpawned(TestKinds.All[0], () =>
    {
        var ready = new Event();
        bool late = true, interrupted = false, hadHub = true;
        using var second = new ManualResetEvent(false);
        ForeignThread native = ForeignThread.Start(() =>
        {
            late = ready.Wait(s_short);
            second.Set();
            try { ready.Wait(); }
            catch (ThreadInterruptedException) { interrupted = true; }
            hadHub = Greenlet.OfThisThread is not null;
        });
        second.WaitOne();
        while (ready.LinkCount == 0) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        native.Interrupt();
        native.Finish();
        late.Should().BeFalse();
        interrupted.Should().BeTrue();
        hadHub.Should().BeFalse();
        ready.LinkCount.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_WhenSet_AllocatesNothing(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var ready = new Event();
        ready.Set();
        Allocations.Of(() =>
        {
            ready.Wait();
            ready.Wait(TimeSpan.FromSeconds(1));
            ready.Set();
        }).Should().Be(0);
    });
}
