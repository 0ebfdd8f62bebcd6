using FluentAssertions;
using Microsoft.Win32.SafeHandles;
using Patchy.Selecting;

namespace Patchy.Servers.Tests.Selecting;

/// <summary>gevent.select.poll.</summary>
public sealed class PollerTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Poll_SomethingComes_GivesDescriptorsWithWhatWasFound(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        var poller = new Poller();
        poller.Register(read, PollEvents.Read);
        using var progress = new Progress();
        progress.DuringOneOf(() => poller.Poll(TimeSpan.FromMilliseconds(100)).Should().BeEmpty()).Should().BeGreaterThan(Progress.Some);
        Greenlet.SpawnLater(TimeSpan.FromMilliseconds(20), () => Kernel.Write(write));
        poller.Poll(s_long).Should().Equal((read, PollEvents.Read));

        poller.Register(write);
        poller.Poll().Should().BeEquivalentTo(new (Descriptor, PollEvents)[] { (read, PollEvents.Read), (write, PollEvents.Write) }, "gevent's register looks for both unless told otherwise");
        poller.Modify(write, PollEvents.None);
        poller.Poll().Should().Equal((read, PollEvents.Read));
        poller.Unregister(read);
        poller.Poll(TimeSpan.FromMilliseconds(20)).Should().BeEmpty();
        Kernel.Watches(Hub.Current, write).Should().BeFalse();
        Kernel.Close(read, write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void N1_Poll_FoundAtOnceOrWithoutTime_GivesTheTurnAway(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        var poller = new Poller();
        bool ran = false;
        Greenlet.Spawn(() => { ran = true; });
        poller.Register(read, PollEvents.Read);
        poller.Poll(TimeSpan.Zero).Should().BeEmpty();
        ran.Should().BeTrue("gevent's poll always goes through its loop");
        Greenlet.Spawn(() => { ran = false; });
        poller.Register(write, PollEvents.Write);
        poller.Poll().Should().Equal((write, PollEvents.Write));
        ran.Should().BeFalse();
        Kernel.Close(read, write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Poll_EndsAndErrors_AreFoundUnasked(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        var poller = new Poller();
        poller.Register(read, PollEvents.None);
        Greenlet.SpawnLater(TimeSpan.FromMilliseconds(20), () => Kernel.Close(write));
        poller.Poll(s_long).Should().Equal((read, PollEvents.HangUp));
        Kernel.Close(read);

        (read, write) = Kernel.Pipe();
        poller = new Poller();
        poller.Register(write, PollEvents.None);
        Greenlet.SpawnLater(TimeSpan.FromMilliseconds(20), () => Kernel.Close(read));
        poller.Poll(s_long).Should().Equal((write, PollEvents.Error));
        Kernel.Close(write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Poll_WhatIsClosed_IsFoundAsInvalid(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        int closed = Kernel.ClosedNumber();
        var poller = new Poller();
        var handle = new SafeFileHandle(read, ownsHandle: true);
        Descriptor gone = handle;
        poller.Register(handle, PollEvents.Read);
        poller.Register(closed, PollEvents.Read);
        poller.Poll(s_long).Should().Equal([(closed, PollEvents.Invalid)], "gevent 1.2: POLLNVAL");
        poller.Unregister(closed);
        handle.Dispose();
        poller.Poll(s_long).Should().Equal((gone, PollEvents.Invalid));
        Kernel.Close(write);
    });

    [Fact]
    public void Register_Again_ReplacesWhatIsLookedFor()
    {
        (int read, int write) = Kernel.Pipe();
        var poller = new Poller();
        using var handle = new SafeFileHandle(write, ownsHandle: false);
        poller.Register(write, PollEvents.None);
        poller.Register(handle, PollEvents.Write | PollEvents.HangUp);
        (Descriptor found, PollEvents events) = poller.Poll(TimeSpan.Zero).Should().ContainSingle().Subject;
        found.Handle.Should().BeSameAs(handle);
        events.Should().Be(PollEvents.Write);
        poller.Modify(read, PollEvents.Read);
        poller.Invoking(p => p.Unregister(read)).Should().NotThrow("gevent's modify registers");
        poller.Invoking(p => p.Unregister(read)).Should().Throw<KeyNotFoundException>("gevent 1.2: KeyError");
        poller.Invoking(p => p.Poll(TimeSpan.FromMilliseconds(-2))).Should().Throw<ArgumentOutOfRangeException>();
        Kernel.Close(read, write);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Register_WhileAnotherPolls_CountsFromTheNextPoll(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        var poller = new Poller();
        poller.Register(read, PollEvents.Read);
        Greenlet<int> polling = Greenlet.Spawn(() => poller.Poll(TimeSpan.FromMilliseconds(60)).Count);
        Greenlet.Yield();
        poller.Register(write, PollEvents.Write);
        polling.Get().Should().Be(0);
        poller.Poll().Should().HaveCount(1);
        Kernel.Close(read, write);
    });
}
