using System.Net;
using System.Net.Sockets;
using FluentAssertions;
using Xunit;

namespace Patchy.Sockets.Tests;

public sealed class ReceiveTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Receive_NothingThere_OthersRunMeanwhile(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        using var progress = new Progress();
        Greenlet.Spawn(() =>
        {
            progress.Pass();
            far.Send([1, 2, 3]);
        });
        byte[] buffer = new byte[8];
        int received = 0;
        progress.During(() => received = near.Receive(buffer)).Should().BeGreaterThan(Progress.Some);
        received.Should().Be(3);
        near.Blocking.Should().BeTrue("only the descriptor is non-blocking");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Receive_BytesThere_NeitherSwitchesNorAllocates(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        bool otherRan = false;
        byte[] buffer = new byte[32];
        TimeSpan interval = Hub.SwitchInterval;
        Hub.SwitchInterval = TimeSpan.Zero; // FairnessTests are about that
        try
        {
            for (int i = 0; i < 100; i++)
            {
                far.Send(buffer);
                near.Receive(buffer);
            }
            Greenlet.Spawn(() => otherRan = true);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                far.Send(buffer);
                near.Receive(buffer).Should().Be(32);
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            for (int i = 0; i < 100; i++)
            {
                far.Send(buffer);
                near.Receive(buffer);
            }
            otherRan.Should().BeFalse();
            before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                far.Send(buffer);
                near.Receive(buffer);
            }
            long rest = GC.GetAllocatedBytesForCurrentThread() - before;
            rest.Should().Be(0, "the first loop allocated {0} in its assertions", allocated);
        }
        finally
        {
            Hub.SwitchInterval = interval;
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Receive_Killed_LosesNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        KillIn(() => near.Receive(new byte[8]));
        far.Send([7]);
        byte[] buffer = new byte[8];
        near.Receive(buffer).Should().Be(1);
        buffer[0].Should().Be(7);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Receive_TimeoutScope_EndsItAndTheSocketGoesOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        byte[] buffer = new byte[8];
        for (int round = 0; round < 3; round++)
        {
            using (GreenletTimeout timeout = GreenletTimeout.Start(TimeSpan.FromMilliseconds(15)))
            {
                Exception thrown = FluentActions.Invoking(() => near.Receive(buffer)).Should().Throw<GreenletTimeout>().Which;
                thrown.Should().BeSameAs(timeout);
            }
            far.Send([(byte)round]);
            near.Receive(buffer).Should().Be(1);
            buffer[0].Should().Be((byte)round);
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Receive_BehindAnAsynchronousOne_ComesSecond(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        byte[] first = new byte[1], second = new byte[1];
        Task<int> asynchronous = near.ReceiveAsync(first.AsMemory()).AsTask();
        using var progress = new Progress();
        Greenlet.Spawn(() =>
        {
            progress.Pass();
            far.Send([1, 2]);
        });
        progress.During(() => near.Receive(second)).Should().BeGreaterThan(Progress.Some);
        asynchronous.Wait(5000).Should().BeTrue();
        (first[0], second[0]).Should().Be(((byte)1, (byte)2));
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Receive_KilledBehindAnAsynchronousOne_LeavesNoOrphanInTheQueue(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        byte[] first = new byte[1], second = new byte[1], third = new byte[1];
        Task<int> asynchronous = near.ReceiveAsync(first.AsMemory()).AsTask();
        KillIn(() => near.Receive(second));
        far.Send([1, 2]);
        asynchronous.Wait(5000).Should().BeTrue();
        near.ReceiveTimeout = 5000;
        near.Receive(third).Should().Be(1, "an operation left at the head of the queue would make this hang");
        (first[0], second[0], third[0]).Should().Be(((byte)1, (byte)0, (byte)2));
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Receive_InterruptedBehindAnAsynchronousOne_LeavesNoOrphanInTheQueue(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        byte[] first = new byte[1], third = new byte[1];
        Task<int> asynchronous = near.ReceiveAsync(first.AsMemory()).AsTask();
        string ending = "";
        Thread victim = Wires.Start(() => ending = Wires.Ending(() => near.Receive(new byte[1])));
        Thread.Sleep(10);
        victim.Interrupt();
        victim.Join();
        ending.Should().Be(nameof(ThreadInterruptedException), "the BCL's queue is an interruptible wait");
        far.Send([1, 2]);
        asynchronous.Wait(5000).Should().BeTrue();
        near.ReceiveTimeout = 5000;
        near.Receive(third).Should().Be(1);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ReceiveMessageFrom_PacketInformationAndTruncation_AreAsNatively(FiberKind kind)
    {
        (string native, string green) = OnHub.Both(kind, () =>
        {
            using Socket near = Wires.Udp(), far = Wires.Udp();
            near.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.PacketInformation, true);
            Wires.Start(() =>
            {
                Thread.Sleep(20);
                far.SendTo(new byte[10], near.LocalEndPoint!);
                far.SendTo(new byte[3], near.LocalEndPoint!);
            });
            var said = new List<string>();
            for (int i = 0; i < 2; i++)
            {
                byte[] buffer = new byte[4];
                SocketFlags flags = SocketFlags.None;
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                int count = i == 0
                    ? near.ReceiveMessageFrom(buffer, 0, 4, ref flags, ref from, out IPPacketInformation information)
                    : near.ReceiveMessageFrom(buffer.AsSpan(), ref flags, ref from, out information);
                said.Add($"{count} {flags} {from.Equals(far.LocalEndPoint)} {information.Address} {information.Interface > 0}");
            }
            near.ReceiveTimeout = 30;
            EndPoint nobody = new IPEndPoint(IPAddress.Any, 0);
            SocketFlags none = SocketFlags.None;
            said.Add(Wires.Ending(() => near.ReceiveMessageFrom(new byte[4], 0, 4, ref none, ref nobody, out _)));
            return string.Join("; ", said);
        });
        green.Should().Be(native).And.Contain("4 Truncated").And.Contain("TimedOut");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void S9_Receive_ManyOnOneSocket_QueueAndEachByteGoesToOne(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent refuses the second reader of a socket (ConcurrentObjectUseError); the BCL lets them queue, and so do we.
        (Socket near, Socket far) = Wires.Pair();
        int total = 0;
        Greenlet[] receivers = Enumerable.Range(0, 8).Select(_ => Greenlet.Spawn(() =>
        {
            byte[] one = new byte[1];
            while (near.Receive(one) == 1) total += one[0];
        })).ToArray();
        Thread.Sleep(5);
        for (int i = 1; i <= 100; i++)
        {
            far.Send([(byte)i]);
            if (i % 10 == 0) Thread.Sleep(1);
        }
        far.Shutdown(SocketShutdown.Send);
        Greenlet.JoinAll(receivers, TimeSpan.FromSeconds(20)).Should().HaveCount(receivers.Length, "the end of the stream wakes all of them");
        total.Should().Be(5050);
    });

    /// <summary>Kills a greenlet that waits in the call, and it is the call that raises it.</summary>
    private static void KillIn(Action call)
    {
        Exception? seen = null;
        Greenlet victim = Greenlet.Spawn(() =>
        {
            try
            {
                call();
            }
            catch (Exception e)
            {
                seen = e;
                throw;
            }
        });
        while (victim.CurrentWait is null) Thread.Sleep(1);
        victim.Kill();
        seen.Should().BeOfType<GreenletExit>();
    }
}
