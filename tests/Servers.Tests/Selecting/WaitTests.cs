using System.Net.Sockets;
using FluentAssertions;
using Patchy.Selecting;

namespace Patchy.Servers.Tests.Selecting;

/// <summary>gevent.socket.wait_read, wait_write, wait_readwrite.</summary>
public sealed class WaitTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WaitRead_SomethingComesLater_ParksUntilThen(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        using var progress = new Progress();
        Greenlet.Spawn(() => { progress.Pass(); Kernel.Write(write); });
        progress.During(() => Descriptors.WaitRead(read)).Should().BeGreaterThan(Progress.Some);
        Kernel.Read(read).Should().Be(1, "a wait takes nothing");

        int events = Kernel.EventFd();
        Client.Start(() =>
        {
            Thread.Sleep(20);
            Kernel.Signal(events);
            return 0;
        });
        Descriptors.WaitRead(events, s_long);
        Kernel.Read(events).Should().Be(8);
        Kernel.Close(read, write, events);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WaitWrite_APipeThatIsFull_ParksUntilThereIsRoom(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        Descriptors.WaitWrite(write);
        Kernel.Fill(write);
        Greenlet.SpawnLater(TimeSpan.FromMilliseconds(20), () =>
        {
            while (Kernel.Read(read) > 0) { }
        });
        Descriptors.WaitWrite(write, s_long);
        Kernel.Write(write);
        Kernel.Close(read, write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WaitReadWrite_EitherDirection_EndsIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Pair.Connected();
        near.SendBufferSize = far.ReceiveBufferSize = 4096;
        Descriptors.WaitReadWrite(near, s_long);
        near.Blocking = false;
        byte[] much = new byte[1 << 20];
        for (int full = 0; full < 5; full++) // the kernel makes room a little later, too
        {
            for (; Descriptors.Select(null, [near], null, TimeSpan.FromMilliseconds(50)).Write.Count > 0; full = 0) near.Send(much, 0, much.Length, SocketFlags.None, out _);
        }
        Greenlet.SpawnLater(TimeSpan.FromMilliseconds(20), () => Kernel.Write((int)far.Handle));
        Descriptors.WaitReadWrite(near, s_long);
        Kernel.Read((int)near.Handle).Should().Be(1);
        FluentActions.Invoking(() => Descriptors.WaitReadWrite(near, TimeSpan.FromMilliseconds(10))).Should().Throw<TimeoutException>();
        Greenlet.SpawnLater(TimeSpan.FromMilliseconds(20), far.Dispose);
        Descriptors.WaitReadWrite(near, s_long);
        near.Dispose();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void N2_Wait_TheTimePasses_RaisesATimeoutOrTheCallersException(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        TimeSpan time = TimeSpan.FromMilliseconds(20);
        FluentActions.Invoking(() => Descriptors.WaitRead(read, time)).Should().Throw<TimeoutException>("gevent: socket.timeout('timed out')");
        var own = new FormatException("mine");
        FluentActions.Invoking(() => Descriptors.WaitRead(read, time, own)).Should().Throw<FormatException>("gevent: timeout_exc").Which.Should().BeSameAs(own);
        FluentActions.Invoking(() => Descriptors.WaitRead(read, TimeSpan.FromMilliseconds(-5))).Should().Throw<ArgumentOutOfRangeException>();

        using var timeout = new GreenletTimeout(time);
        FluentActions.Invoking(() => Descriptors.WaitRead(read, timeout)).Should().Throw<GreenletTimeout>("T5: gevent takes a Timeout where it takes a number").Which.Should().BeSameAs(timeout);
        timeout.Pending.Should().BeFalse();
        FluentActions.Invoking(() => Descriptors.WaitRead(read, new GreenletTimeout(time, own))).Should().Throw<FormatException>();
        FluentActions.Invoking(() => Descriptors.WaitRead(read, (GreenletTimeout)null!)).Should().Throw<ArgumentNullException>();
        Descriptors.WaitWrite(write, timeout);
        Descriptors.WaitReadWrite(write, timeout);
        Descriptors.WaitWrite(write, null); // no time, rather than no GreenletTimeout

        // Those of others pass through, and leave nothing behind.
        GreenletTimeout.TryRun(time, () => Descriptors.WaitRead(read)).Should().BeFalse();
        Kernel.Watches(Hub.Current, read).Should().BeFalse();
        Kernel.Close(read, write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void N1_Wait_WithoutTimeOrReadyAtOnce_GivesTheTurnAway(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        bool ran = false;
        Greenlet.Spawn(() => { ran = true; });
        FluentActions.Invoking(() => Descriptors.WaitRead(read, TimeSpan.Zero)).Should().Throw<TimeoutException>();
        ran.Should().BeTrue("gevent's wait_read(fd, 0) goes through its loop");
        Greenlet.Spawn(() => { ran = false; });
        Descriptors.WaitWrite(write, TimeSpan.Zero);
        ran.Should().BeFalse();
        Kernel.Close(read, write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Wait_SeveralForOneDescriptor_AllAreWoken(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        var poller = new Poller();
        poller.Register(read, PollEvents.Read);
        Greenlet[] waiting =
        [
            Greenlet.Spawn(() => Descriptors.WaitRead(read)),
            Greenlet.Spawn(() => Descriptors.WaitRead(read, s_long)),
            Greenlet.Spawn(() => Descriptors.Select([read], null, null)),
            Greenlet.Spawn(() => poller.Poll()),
            Greenlet.Spawn(() => Client.Natively(() => Descriptors.WaitRead(read))),
        ];
        Greenlet late = Greenlet.Spawn(() => FluentActions.Invoking(() => Descriptors.WaitRead(read, TimeSpan.FromMilliseconds(20))).Should().Throw<TimeoutException>());
        late.Get(); // which must not take the registration away from the others
        Kernel.Write(write);
        Greenlet.JoinAll(waiting, s_long).Should().HaveCount(5, "gevent: a watcher each");
        waiting.Should().OnlyContain(greenlet => greenlet.Successful);
        Kernel.Watches(Hub.Current, read).Should().BeFalse();
        Kernel.Close(read, write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Wait_Killed_LeavesNothingBehind(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        (Socket near, Socket far) = Pair.Connected();
        var poller = new Poller();
        poller.Register(read);
        Greenlet[] waiting =
        [
            Greenlet.Spawn(() => Descriptors.WaitRead(read)),
            Greenlet.Spawn(() => Descriptors.Select([read, near], null, [near])),
            Greenlet.Spawn(() => poller.Poll()),
        ];
        Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
        Kernel.Watches(Hub.Current, read).Should().BeTrue("else the end of this test says nothing");
        WaitTable.Count.Should().Be(5);
        Greenlet.KillAll(waiting);
        waiting.Should().OnlyContain(greenlet => greenlet.Successful, "GreenletExit is no error");
        Kernel.Watches(Hub.Current, read).Should().BeFalse();
        Hub.Current.Reactor.HasWaiters().Should().BeFalse();
        WaitTable.Count.Should().Be(0);
        near.Dispose();
        Client.Natively(() => far.Receive(new byte[1])).Should().Be(0, "no reference was left behind: the close went through");
        Kernel.Close(read, write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Wait_ForARegularFile_EndsAtOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using FileStream file = File.OpenRead(typeof(WaitTests).Assembly.Location);
        // Without time: what is not ready at once would be a TimeoutException.
        FluentActions.Invoking(() => Descriptors.WaitRead(file.SafeFileHandle, TimeSpan.Zero)).Should().NotThrow("epoll refuses it (EPERM); gevent takes it for ready");
        FluentActions.Invoking(() => Descriptors.WaitWrite((int)file.SafeFileHandle.DangerousGetHandle(), TimeSpan.Zero)).Should().NotThrow();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Wait_TheKernelRefusesToWatch_IsAnErrorOfTheWaiter(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        List<int> sets = Kernel.Unwatchable(read);
        int refused = sets[^1];
        FluentActions.Invoking(() => Descriptors.WaitRead(refused, s_long)).Should().Throw<IOException>().Which.HResult.Should().Be(Kernel.Eloop);
        FluentActions.Invoking(() => Descriptors.Select([read, refused], null, null, s_long)).Should().Throw<IOException>();
        Kernel.Watches(Hub.Current, read).Should().BeFalse("what it had registered before is taken back");
        WaitTable.Count.Should().Be(0);
        Kernel.Write(write);
        Descriptors.WaitRead(refused); // nobody has to watch what is ready
        Kernel.Close([.. sets]);
        Kernel.Close(read, write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SocketPollAndSelect_TheKernelRefusesToWatch_LookAgainAndAgain(FiberKind kind) => OnHub.Run(kind, () =>
    {
        if (!OnHub.IsPatched) return; // natively poll(2) waits, which needs no watch and does not fail
        (int read, int write) = Kernel.Pipe();
        List<int> sets = Kernel.Unwatchable(read);
        using var socket = new Socket(new SafeSocketHandle(sets[^1], ownsHandle: false));
        using var progress = new Progress();
        progress.DuringOneOf(() => socket.Poll(50_000, SelectMode.SelectRead).Should().BeFalse()).Should().BeGreaterThan(Progress.Some);
        Greenlet.SpawnLater(TimeSpan.FromMilliseconds(20), () => Kernel.Write(write));
        socket.Poll(30_000_000, SelectMode.SelectRead).Should().BeTrue();

        Kernel.Read(read);
        Greenlet.Spawn(() => { progress.Pass(); Kernel.Write(write); });
        List<Socket> readable = [socket], failed = [socket];
        progress.During(() => Socket.Select(readable, null, failed, 30_000_000)).Should().BeGreaterThan(Progress.Some);
        readable.Should().Equal(socket);
        failed.Should().BeEmpty();
        Kernel.Close([.. sets]);
        Kernel.Close(read, write);
    });
}
