using System.Net.Sockets;
using System.Runtime.InteropServices;
using FluentAssertions;
using Patchy.Reactor;
using Xunit;

namespace Patchy.Sockets.Tests;

/// <summary>After a short read from TCP the next receive waits without a try. Each of these would wait for ever if it did so wrongly.</summary>
public sealed class ShortReadTests
{
    private static readonly bool s_isSlow = Environment.GetEnvironmentVariable("PATCHY_SOCKETS") == "slow"; // the class library's queue knows no drained socket, and allocates
    private const int OutOfBandInline = 10, ReceiveLowWater = 18, DuplicateAtOrAbove = 1030; // F_DUPFD_CLOEXEC

    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    /// <summary>A pair of which the near one is known to be empty: registered by a wait, then read short.</summary>
    private static (Socket Near, Socket Far) Drained()
    {
        (Socket near, Socket far) = Wires.Pair();
        byte[] buffer = new byte[8];
        Greenlet reader = Greenlet.Spawn(() => near.Receive(buffer));
        Greenlet.Yield();
        far.Send([1]);
        reader.Get();
        if (!s_isSlow) IsKnownEmpty(near).Should().BeTrue("else these tests say nothing");
        return (near, far);
    }

    private static bool IsKnownEmpty(Socket socket) => FdWait.Mark(Greenlet.Running!, socket.SafeHandle, (int)socket.Handle, FdInterest.Read).IsDrained;

    private static int Receive(Socket socket, int size = 8, SocketFlags flags = SocketFlags.None) => socket.Receive(new byte[size], flags);

    private static void LetTheLoopPoll() => Thread.Sleep(20);

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_DataAndEndCameAtOnce_SeesTheEnd(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        using (near)
        using (far)
        {
            far.Send([2]);
            far.Shutdown(SocketShutdown.Send);
            LetTheLoopPoll();
            Receive(near).Should().Be(1);
            Receive(near).Should().Be(0);
            Receive(near).Should().Be(0);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_TheEndComesBetweenTheEdgeAndTheRead_SeesTheEnd(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        using (near)
        using (far)
        {
            far.Send([2]);
            LetTheLoopPoll();
            far.Shutdown(SocketShutdown.Send);
            Receive(near).Should().Be(1);
            Receive(near).Should().Be(0);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_DataAndResetCameAtOnce_SeesTheReset(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        using (near)
        {
            far.Send([2]);
            far.LingerState = new LingerOption(true, 0);
            far.Dispose();
            LetTheLoopPoll();
            string first = Wires.Ending(() => Receive(near));
            if (first == "1") first = Wires.Ending(() => Receive(near));
            first.Should().Be("SocketException ConnectionReset");
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_UrgentDataInTheMiddle_GoesOnBehindIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (bool inline in new[] { false, true })
        {
            (Socket near, Socket far) = Drained();
            using (near)
            using (far)
            {
                if (inline) near.SetRawSocketOption(1, OutOfBandInline, BitConverter.GetBytes(1));
                far.Send([2]);
                far.Send([3], SocketFlags.OutOfBand);
                far.Send([4, 5]);
                LetTheLoopPoll();
                for (int got = 0; got < (inline ? 4 : 3);) got += Receive(near);
                Greenlet later = Greenlet.Spawn(() => Receive(near).Should().Be(1));
                Greenlet.Yield();
                far.Send([6]);
                later.Get();
            }
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_AfterAShortPeek_TakesTheData(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        using (near)
        using (far)
        {
            far.Send([2]);
            LetTheLoopPoll();
            Receive(near, 8, SocketFlags.Peek).Should().Be(1);
            Receive(near, 0).Should().Be(0, "a receive of nothing waits for data, and takes none");
            Receive(near).Should().Be(1);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_FullBuffers_GoesOnUntilAllIsTaken(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        using (near)
        using (far)
        {
            far.Send(new byte[10]);
            LetTheLoopPoll();
            for (int i = 0; i < 5; i++) Receive(near, 2).Should().Be(2);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_ShutdownWhileKnownEmpty_SeesTheEnd(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        using (near)
        using (far)
        {
            near.Shutdown(SocketShutdown.Receive);
            Receive(near).Should().Be(0);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_ANativeThreadTakesPart_GetsTheRest(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        using (near)
        using (far)
        {
            far.Send([2, 3, 4]);
            Wires.Natively(() => Receive(near, 1)).Wait();
            Receive(near).Should().Be(2);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_AnAsynchronousReceiveTakesPart_GetsTheRest(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        using (near)
        using (far)
        {
            Task<int> first = near.ReceiveAsync(new byte[1], SocketFlags.None);
            far.Send([2, 3, 4]);
            first.Result.Should().Be(1);
            Receive(near).Should().Be(2);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_LowWaterMark_WaitsForSoMuchAndSeesTheEnd(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        using (near)
        using (far)
        {
            near.SetRawSocketOption(1, ReceiveLowWater, BitConverter.GetBytes(4));
            Greenlet reader = Greenlet.Spawn(() =>
            {
                int got = 0, count;
                while ((count = Receive(near)) > 0) got += count;
                got.Should().Be(7);
            });
            far.Send([1, 2]);
            LetTheLoopPoll();
            far.Send([3, 4]);
            LetTheLoopPoll();
            far.Send([5, 6, 7]); // below the mark
            LetTheLoopPoll();
            far.Shutdown(SocketShutdown.Send);
            reader.Get();
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_TheNumberComesBackAsAnotherSocket_IsNotTakenForEmpty(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        // Made while the number is taken, and given that number afterwards by the kernel: whatever else this process opens meanwhile, it has it for a moment at most.
        (Socket next, Socket other) = Wires.Pair();
        int number = (int)near.Handle;
        near.Dispose();
        far.Dispose();
        using var reused = new Socket(new SafeSocketHandle(DuplicateAt(number, (int)next.Handle), ownsHandle: true)) { Blocking = true };
        next.Dispose();
        using (other)
        {
            other.Send([2]);
            IsKnownEmpty(reused).Should().BeFalse();
            Receive(reused).Should().Be(1);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_ADuplicateOfTheDescriptorIsReadToo_GetsTheRest(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        using (near)
        using (far)
        {
            // What somebody else reads through another descriptor of the same open file (a child process, for one) is gone, and what he leaves is there.
            int copy = dup((int)near.Handle);
            far.Send([2, 3]);
            byte taken;
            unsafe
            {
                recv(copy, &taken, 1, 0).Should().Be(1);
            }
            Receive(near).Should().Be(1);
            _ = close(copy);
            Greenlet reader = Greenlet.Spawn(() => Receive(near).Should().Be(1));
            Greenlet.Yield();
            far.Send([4]);
            reader.Get();
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_OnTwoHubsInTurn_LosesNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        using (near)
        using (far)
        using (Hub second = Hub.Start())
        {
            for (int i = 0; i < 50; i++)
            {
                far.Send([2, 3, 4]);
                second.RunAsync(() => Receive(near, 2)).Result.Should().Be(2);
                Receive(near).Should().Be(1);
                Greenlet<int> waits = second.Spawn(() => Receive(near));
                far.Send([5]);
                waits.Get().Should().Be(1);
            }
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_AThousandTimes_AllocatesNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Drained();
        using (near)
        using (far)
        {
            byte[] one = new byte[1], buffer = new byte[8];
            Greenlet echo = Greenlet.Spawn(() =>
            {
                byte[] question = new byte[8];
                int count;
                while ((count = far.Receive(question)) > 0) far.Send(question, count, SocketFlags.None);
            });
            void RoundTrip()
            {
                near.Send(one);
                near.Receive(buffer).Should().Be(1);
            }
            for (int i = 0; i < 100; i++) RoundTrip();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                near.Send(one);
                near.Receive(buffer);
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (!s_isSlow) allocated.Should().Be(0);
            near.Shutdown(SocketShutdown.Send);
            echo.Get();
        }
    });

    private static nint DuplicateAt(int number, int fd)
    {
        for (int attempt = 0; attempt < 1000; attempt++)
        {
            int copy = fcntl(fd, DuplicateAtOrAbove, number);
            if (copy == number) return copy;
            _ = close(copy);
            LetTheLoopPoll();
        }
        throw new IOException($"Somebody keeps descriptor {number}.");
    }

    [DllImport("libc")]
    private static extern int dup(int fd);

    [DllImport("libc")]
    private static extern int fcntl(int fd, int command, int argument);

    [DllImport("libc")]
    private static extern int close(int fd);

    [DllImport("libc")]
    private static extern unsafe nint recv(int fd, byte* buffer, nint length, int flags);
}
