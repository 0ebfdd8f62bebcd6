using System.Net;
using System.Net.Sockets;
using FluentAssertions;
using Patchy.Reactor;
using Xunit;

namespace Patchy.Tests.Reactor;

public sealed class FdMarkTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    private static FdMark Mark(SocketPair pair) => FdWait.Mark(Greenlet.Running!, pair.Near.SafeHandle, pair.Fd, FdInterest.Read);

    /// <summary>A first wait, which registers the descriptor, and one byte read from a buffer of two.</summary>
    private static FdMark ReadShort(SocketPair pair)
    {
        FdWait.Wait(pair.Near.SafeHandle, pair.Fd, FdInterest.Read, Deadline.In(1)).Should().Be(FdResult.TimedOut);
        pair.Far.Send([1]);
        FdWait.Wait(pair.Near.SafeHandle, pair.Fd, FdInterest.Read, Deadline.Never).Should().Be(FdResult.Ready);
        FdMark mark = Mark(pair);
        pair.Near.Receive(new byte[2]).Should().Be(1);
        mark.NoteShortRead();
        return mark;
    }

    /// <summary>A while, and until it has been told: on a busy machine the kernel delivers later.</summary>
    private static void LetTheLoopPoll(Func<bool> told)
    {
        for (int i = 0; i < 20 || (i < 10_000 && !told()); i++) Hub.Sleep(Deadline.In(1));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void IsDrained_BeforeAnyWait_IsFalse(FiberKind kind)
    {
        using var pair = new SocketPair(); // here, on a native thread: in a patched process a greenlet's connect has waited already
        OnHub.Run(kind, () =>
        {
            FdMark mark = Mark(pair);
            mark.IsDrained.Should().BeFalse("without a registration there is no edge to wait for");
            mark.NoteShortRead();
            mark.IsDrained.Should().BeFalse();
        });
    }

    [Theory, MemberData(nameof(Kinds))]
    public void IsDrained_AfterAShortReadFromTcp_IsTrueUntilTheNextEdge(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        ReadShort(pair);
        Mark(pair).IsDrained.Should().BeTrue();
        pair.Far.Send([2]);
        LetTheLoopPoll(() => !Mark(pair).IsDrained);
        Mark(pair).IsDrained.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void NoteShortRead_AnEdgeCameMeanwhile_SaysNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        FdMark before = ReadShort(pair);
        pair.Far.Send([2]);
        LetTheLoopPoll(() => !Mark(pair).IsDrained);
        before.NoteShortRead(); // as one that was taken off its carrier between its read and this
        Mark(pair).IsDrained.Should().BeFalse("there is a byte");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void NoteShortRead_AfterAnEventThatToldOfTheEnd_SaysNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        ReadShort(pair);
        pair.Far.Send([2]);
        pair.Far.Shutdown(SocketShutdown.Send);
        LetTheLoopPoll(() => !Mark(pair).Entry!.IsDrainedByShortRead);
        FdMark mark = Mark(pair);
        pair.Near.Receive(new byte[2]).Should().Be(1);
        mark.NoteShortRead();
        Mark(pair).IsDrained.Should().BeFalse("the end makes no further edge");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void NoteShortRead_AfterUrgentData_SaysNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        ReadShort(pair);
        pair.Far.Send([2]);
        pair.Far.Send([3], SocketFlags.OutOfBand);
        pair.Far.Send([4]);
        LetTheLoopPoll(() => !Mark(pair).Entry!.IsDrainedByShortRead);
        FdMark mark = Mark(pair);
        pair.Near.Receive(new byte[3]).Should().Be(1, "a read stops at the urgent mark");
        mark.NoteShortRead();
        Mark(pair).IsDrained.Should().BeFalse("there is a byte behind the mark");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void NoteShortRead_OfADatagramOrUnixSocket_SaysNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        string path = '\0' + Path.GetRandomFileName(); // an abstract name: one below TMPDIR may be too long for a socket
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        unix.Connect(listener.LocalEndPoint!);
        foreach (Socket socket in new[] { udp, unix })
        {
            int fd = (int)socket.Handle;
            FdWait.Wait(socket.SafeHandle, fd, FdInterest.Read, Deadline.In(1)).Should().Be(FdResult.TimedOut);
            FdMark mark = FdWait.Mark(Greenlet.Running!, socket.SafeHandle, fd, FdInterest.Read);
            mark.NoteShortRead();
            FdWait.Mark(Greenlet.Running!, socket.SafeHandle, fd, FdInterest.Read).IsDrained.Should().BeFalse();
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_AnEdgeCameAfterTheMark_DoesNotPark(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        ReadShort(pair);
        FdMark mark = Mark(pair);
        Greenlet other = Greenlet.Spawn(() => pair.ReceiveOne()); // takes that edge, which would be lost for a wait without a mark
        Greenlet.Yield();
        pair.Far.Send([2, 3]);
        other.Join();
        FdWait.Wait(Greenlet.Running!, pair.Near.SafeHandle, pair.Fd, FdInterest.Read, Deadline.In(5000), mark).Should().Be(FdResult.Ready);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_TheDescriptorWasForgotten_DoesNotPark(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        ReadShort(pair);
        FdMark mark = Mark(pair);
        FdWait.Forget(pair.Fd);
        FdWait.Wait(Greenlet.Running!, pair.Near.SafeHandle, pair.Fd, FdInterest.Read, Deadline.In(5000), mark).Should().Be(FdResult.Ready);
        Mark(pair).IsDrained.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Mark_ByAnotherHandleOfTheSameNumber_KnowsNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pair = new SocketPair();
        ReadShort(pair);
        using var other = new SafeSocketHandle(pair.Fd, ownsHandle: false);
        FdWait.Mark(Greenlet.Running!, other, pair.Fd, FdInterest.Read).IsDrained.Should().BeFalse("the number may have been reused");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_AThousandTimes_AllocatesNothing(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        using var pair = new SocketPair();
        byte[] one = new byte[1], two = new byte[2];
        Greenlet self = Greenlet.Running!;
        int parked = 0;
        bool asked = false;
        Greenlet sender = Greenlet.Spawn(() =>
        {
            while (true)
            {
                if (asked) pair.Far.Send(one);
                asked = false;
                Greenlet.Yield();
            }
        });
        Allocations.Of(() =>
        {
            asked = true;
            while (true)
            {
                FdMark mark = Mark(pair);
                if (!mark.IsDrained && pair.Near.Receive(two, 0, 2, SocketFlags.None, out _) is > 0 and var count)
                {
                    if (count < 2) mark.NoteShortRead();
                    break;
                }
                parked++;
                FdWait.Wait(self, pair.Near.SafeHandle, pair.Fd, FdInterest.Read, Deadline.Never, mark);
            }
        }).Should().Be(0);
        sender.Kill();
        parked.Should().BeGreaterThan(1000, "it has to have waited for this to say something");
    });
}
