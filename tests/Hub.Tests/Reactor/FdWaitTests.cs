using System.Net.Sockets;
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
        var echo = new Thread(() =>
        {
            byte[] buffer = new byte[1];
            while (pair.Far.Receive(buffer) == 1) pair.Far.Send(buffer);
        });
        echo.StartNatively();
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
        echo.Join();
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
}
