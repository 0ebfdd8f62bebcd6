using FluentAssertions;
using Patchy.Threading;
using Xunit;

namespace Patchy.Tests;

/// <summary>System.Threading.Lock, which is cooperative only by way of what is patched below it.</summary>
public sealed class PatchedLockTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void ALock_InACallbackOfTheHub_ThrowsInsteadOfWaitingForAParkedGreenlet(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var target = new Lock();
        bool release = false, done = false, free = false;
        Greenlet owner = Greenlet.Spawn(() => { lock (target) { while (!release) Thread.Sleep(1); } });
        owner.Name = "the owner";
        Greenlet.Yield();
        Exception? caught = null;
        Hub.Current.RunCallback(() =>
        {
            try { lock (target) { } }
            catch (Exception exception) { caught = exception; }
            done = true;
        });
        while (!done) Thread.Sleep(1);
        caught.Should().BeOfType<BlockingSwitchOutException>("as a monitor does").Which.Message.Should().Contain("the owner");
        release = true;
        owner.Join();
        Hub.Current.RunCallback(() => { lock (target) free = true; });
        while (!free) Thread.Sleep(1);
        target.TryEnter().Should().BeTrue("the lock was not spoilt");
        target.Exit();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void ALock_InACallbackOfTheHub_WaitsForANativeThread(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var target = new Lock();
        using var held = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var thread = new Thread(() => { lock (target) { held.Set(); release.Wait(); } });
        thread.StartNatively();
        held.Wait();
        bool tooEarly = true, entered = false;
        Hub.Current.RunCallback(() =>
        {
            tooEarly = target.TryEnter(60);
            release.Set();
            lock (target) entered = true;
        });
        while (!entered) Thread.Sleep(1);
        tooEarly.Should().BeFalse();
        thread.Join();
    });
}
