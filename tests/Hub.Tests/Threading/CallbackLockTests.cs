using FluentAssertions;
using Patchy.Threading;
using Xunit;

namespace Patchy.Tests.Threading;

/// <summary>A monitor in a callback of the hub, which is no greenlet. Its counterpart for System.Threading.Lock is in the patched tests.</summary>
public sealed class CallbackLockTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Enter_OwnedByAParkedGreenletOfTheHub_ThrowsInsteadOfWaitingForEver(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        object target = new();
        bool release = false;
        Greenlet owner = Greenlet.Spawn(() => { lock (target) { while (!release) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); } });
        owner.Name = "the owner";
        Greenlet.Yield();
        Exception? entered = null, tried = null;
        bool atOnce = true;
        InCallback(() =>
        {
            entered = Record.Exception(() => CooperativeMonitorEnter.Enter(target));
            tried = Record.Exception(() => CooperativeMonitorEnter.TryEnter(target, 30_000));
            atOnce = Monitor.TryEnter(target);
        });
        entered.Should().BeOfType<BlockingSwitchOutException>("gevent: blocking in the hub is an error").Which.Message.Should().Contain("the owner").And.Contain("Greenlet.Spawn");
        tried.Should().BeOfType<BlockingSwitchOutException>("a callback cannot wait for some time either");
        atOnce.Should().BeFalse();
        release = true;
        owner.Join();
        bool free = false;
        InCallback(() => { lock (target) free = true; });
        free.Should().BeTrue("a lock that is free, or gets free, needs no wait");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Enter_OwnedByANativeThread_WaitsForIt(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        object target = new();
        using var held = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var thread = new Thread(() => { lock (target) { held.Set(); release.Wait(); } });
        thread.StartNatively();
        held.Wait();
        bool tooEarly = false, entered = false;
        InCallback(() =>
        {
            tooEarly = CooperativeMonitorEnter.TryEnter(target, 60);
            release.Set();
            CooperativeMonitorEnter.Enter(target);
            entered = Monitor.IsEntered(target);
            Monitor.Exit(target);
        });
        tooEarly.Should().BeFalse();
        entered.Should().BeTrue("the native thread leaves it without the hub");
        thread.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Enter_OwnedByAGreenletThatHasEscaped_ThrowsOnceThatOneWantsBack(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        object target = new();
        using var inside = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        Greenlet owner = Greenlet.Spawn(() =>
        {
            lock (target) Escape.Run(EscapePool.Blocking, 0, _ => { inside.Set(); release.Wait(); return 0; });
        });
        while (!inside.IsSet) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        bool tooEarly = false;
        Exception? entered = null;
        InCallback(() =>
        {
            tooEarly = CooperativeMonitorEnter.TryEnter(target, 60);
            release.Set();
            entered = Record.Exception(() => CooperativeMonitorEnter.Enter(target));
        });
        tooEarly.Should().BeFalse("on a kernel thread of its own it could still leave the lock");
        entered.Should().BeOfType<BlockingSwitchOutException>("it waits for the carrier, which waits for the callback");
        owner.Join();
    });

    private static void InCallback(Action body)
    {
        bool done = false;
        Hub.Current.RunCallback(() =>
        {
            try { body(); }
            finally { done = true; }
        });
        while (!done) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
    }
}
