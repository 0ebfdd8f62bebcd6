using System.Net.Sockets;
using System.Runtime.InteropServices;
using FluentAssertions;
using Patchy.Reactor;
using Xunit;

namespace Patchy.Tests.Reactor;

public sealed class FdWaitTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_BytesArriveLater_ParksUntilThen(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        int got = 0;
        Greenlet reader = Greenlet.Spawn(() => got = pair.ReceiveOne());
        Greenlet.Yield();
        got.Should().Be(0);
        pair.Far.Send([7]);
        reader.Join();
        got.Should().Be(7);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_ManyRoundTrips_LosesNoEdge(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        ForeignThread echo = ForeignThread.Start(() =>
        {
            byte[] buffer = new byte[1];
            while (pair.Far.Receive(buffer) == 1) pair.Far.Send(buffer);
        });
        Greenlet reader = Greenlet.Spawn(() =>
        {
            for (int i = 0; i < 3000; i++)
            {
                pair.Near.Send([(byte)(i | 1)]);
                pair.ReceiveOne().Should().Be((byte)(i | 1));
            }
        });
        reader.Get();
        pair.Near.Shutdown(SocketShutdown.Both);
        echo.Finish();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_NothingComes_TimesOut(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        FdWait.Wait(pair.Near.SafeHandle, pair.Fd, FdInterest.Read, Deadline.In(10)).Should().Be(FdResult.TimedOut);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Forget_WhileTwoWait_BothSeeClosed(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        var results = new List<FdResult>();
        Greenlet[] waiting = [.. Enumerable.Range(0, 2).Select(_ => Greenlet.Spawn(() => results.Add(FdWait.Wait(pair.Near.SafeHandle, pair.Fd, FdInterest.Read, Deadline.Never))))];
        Greenlet.Yield();
        FdWait.Forget(pair.Fd).Should().BeTrue();
        Greenlet.JoinAll(waiting);
        results.Should().Equal(FdResult.Closed, FdResult.Closed);
        FdWait.Forget(pair.Fd).Should().BeFalse("nobody waits any more");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_OnAClosedHandle_IsClosed(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var pair = new SocketPair();
        SafeSocketHandle handle = pair.Near.SafeHandle;
        pair.Dispose();
        FdWait.Wait(handle, pair.Fd, FdInterest.Read, Deadline.Never).Should().Be(FdResult.Closed);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_ForARegularFile_IsUnpollable(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using FileStream file = File.OpenRead(typeof(FdWaitTests).Assembly.Location);
        FdWait.Wait(file.SafeFileHandle, (int)file.SafeFileHandle.DangerousGetHandle(), FdInterest.Read, Deadline.Never).Should().Be(FdResult.Unpollable);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_Killed_IsInterruptedAndTheDescriptorStaysUsable(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        FdResult? result = null;
        Greenlet waiting = Greenlet.Spawn(() => { result = FdWait.Wait(pair.Near.SafeHandle, pair.Fd, FdInterest.Read, Deadline.Never); });
        Greenlet.Yield();
        waiting.Kill();
        result.Should().Be(FdResult.Interrupted);
        pair.Far.Send([3]);
        pair.ReceiveOne().Should().Be(3);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_TheNumberWasReusedWithoutAWord_IsForTheNewDescriptor(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // As unpatched, or when native code closes: nobody has called Forget.
        using var old = new SocketPair();
        var fresh = new SocketPair();
        FdResult? ofOld = null;
        Greenlet stale = Greenlet.Spawn(() => { ofOld = FdWait.Wait(old.Near.SafeHandle, old.Fd, FdInterest.Read, Deadline.Never); });
        Greenlet.Yield();
        Renumber(fresh.Fd, old.Fd).Should().Be(old.Fd);
        using var again = new SafeSocketHandle(old.Fd, ownsHandle: false);
        FdResult? result = null;
        Greenlet waiting = Greenlet.Spawn(() => { result = FdWait.Wait(again, old.Fd, FdInterest.Read, Deadline.In(20_000)); });
        Greenlet.Yield();
        stale.Join();
        ofOld.Should().Be(FdResult.Closed, "what it waited for is no more");
        result.Should().BeNull();
        fresh.Far.Send([1]);
        waiting.Join();
        result.Should().Be(FdResult.Ready);
        fresh.Dispose();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void WaitOnce_TheNumberWasReusedWithoutAWord_IsForTheNewDescriptor(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var old = new SocketPair();
        using var fresh = new SocketPair();
        FdResult? ofOld = null, result = null;
        Greenlet stale = Greenlet.Spawn(() => { ofOld = FdWait.WaitOnce(old.Fd, FdInterest.Read, Deadline.In(20_000)); });
        Greenlet.Yield();
        Renumber(fresh.Fd, old.Fd).Should().Be(old.Fd);
        Greenlet waiting = Greenlet.Spawn(() => { result = FdWait.WaitOnce(old.Fd, FdInterest.Read, Deadline.In(20_000)); });
        Greenlet.Yield();
        stale.Join();
        ofOld.Should().Be(FdResult.Ready, "look again, and see that it is something else");
        fresh.Far.Send([1]);
        waiting.Join();
        result.Should().Be(FdResult.Ready);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void WaitOnce_BesideAWaitThatStaysRegistered_LeavesItsRegistrationAlone(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        FdWait.Wait(pair.Near.SafeHandle, pair.Fd, FdInterest.Read, Deadline.In(1)).Should().Be(FdResult.TimedOut);
        FdMark mark = FdWait.Mark(Greenlet.Running!, pair.Near.SafeHandle, pair.Fd, FdInterest.Read);
        FdWait.WaitOnce(pair.Fd, FdInterest.Read, Deadline.In(1)).Should().Be(FdResult.TimedOut);
        FdWait.Wait(Greenlet.Running!, pair.Near.SafeHandle, pair.Fd, FdInterest.Read, Deadline.In(1), mark).Should().Be(FdResult.TimedOut, "the entry is still the same one");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void WaitOnce_TheKernelRefuses_SaysSo(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // The hub's own epoll set cannot be in itself (EINVAL); a regular file in none (EPERM).
        FdWait.WaitOnce(Greenlet.Running!.Hub.Reactor.Descriptor, FdInterest.Read, Deadline.Never).Should().Be(FdResult.Refused);
        using FileStream file = File.OpenRead(typeof(FdWaitTests).Assembly.Location);
        FdWait.WaitOnce((int)file.SafeFileHandle.DangerousGetHandle(), FdInterest.Read, Deadline.Never).Should().Be(FdResult.Unpollable);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void WaitAny_AnEdgeCameAfterTheMark_DoesNotPark(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using SocketPair first = new(), second = new();
        Greenlet self = Greenlet.Running!;
        FdWatch[] watches = [new(first.Fd, true, false, first.Near.SafeHandle), new(second.Fd, true, false, second.Near.SafeHandle)];
        foreach (ref FdWatch watch in watches.AsSpan()) FdWait.Arm(self, ref watch).Should().Be(0);
        FdWait.WaitAny(self, watches, Deadline.In(5)).Should().Be(FdResult.TimedOut);

        Greenlet other = Greenlet.Spawn(() => second.ReceiveOne()); // takes the edge and the byte
        Greenlet.Yield();
        foreach (ref FdWatch watch in watches.AsSpan()) FdWait.Mark(self, ref watch);
        second.Far.Send([1]);
        other.Join();
        FdWait.WaitAny(self, watches, Deadline.In(20_000)).Should().Be(FdResult.Ready, "there was an edge since the mark, whoever took it");
    });

    [DllImport("libc", EntryPoint = "dup2")]
    private static extern int Renumber(int from, int to);
}
