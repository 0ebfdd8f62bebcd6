using System.Net.Sockets;
using FluentAssertions;
using Xunit;

namespace Patchy.Sockets.Tests;

/// <summary>A peek at a socket with a byte in it is ready for ever: what it is for others to run beside such a connection.</summary>
public sealed class FairnessTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_AlwaysReady_LetsTimersAndOthersRun(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        (Socket otherNear, Socket otherFar) = Wires.Pair();
        far.Send([1]);
        int timers = 0, turns = 0, received = 0, peeks = 0;
        Greenlet timer = Greenlet.Spawn(() =>
        {
            for (; timers < 3; timers++) Thread.Sleep(1);
        });
        Greenlet other = Greenlet.Spawn(() =>
        {
            for (; turns < 3; turns++) Greenlet.Yield();
        });
        Greenlet connection = Greenlet.Spawn(() => received = otherNear.Receive(new byte[8]));
        Greenlet hog = Greenlet.Spawn(() =>
        {
            otherFar.Send([1]);
            // Without fairness this never ends.
            for (; timers < 3 || turns < 3 || received < 1; peeks++) near.Receive(new byte[8], SocketFlags.Peek).Should().Be(1);
        });
        Greenlet.JoinAll(hog, timer, other, connection);
        hog.Get();
        peeks.Should().BeGreaterThan(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Send_AlwaysReady_LetsTimersRun(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using Socket udp = Wires.Udp();
        bool fired = false;
        Greenlet timer = Greenlet.Spawn(() =>
        {
            Thread.Sleep(1);
            fired = true;
        });
        Greenlet hog = Greenlet.Spawn(() =>
        {
            while (!fired) udp.SendTo([1], udp.LocalEndPoint!); // what has no room is dropped
        });
        Greenlet.JoinAll(hog, timer);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Receive_AlwaysReady_CanBeKilled(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        far.Send([1]);
        Greenlet hog = Greenlet.Spawn(() =>
        {
            while (true) near.Receive(new byte[8], SocketFlags.Peek);
        });
        Greenlet.Yield();
        hog.Kill();
        hog.Dead.Should().BeTrue();
        near.Receive(new byte[8]).Should().Be(1, "nothing was lost");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void SwitchInterval_None_KeepsTheTurn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        TimeSpan before = Hub.SwitchInterval;
        before.Should().Be(TimeSpan.FromMilliseconds(5), "as gevent's");
        try
        {
            foreach (TimeSpan none in new[] { TimeSpan.Zero, Timeout.InfiniteTimeSpan })
            {
                Hub.SwitchInterval = none;
                Hub.SwitchInterval.Should().Be(Timeout.InfiniteTimeSpan);
                (Socket near, Socket far) = Wires.Pair();
                far.Send([1]);
                bool ran = false, ranMeanwhile = true;
                byte[] buffer = new byte[8];
                Greenlet hog = Greenlet.Spawn(() =>
                {
                    for (int i = 0; i < 20_000; i++) near.Receive(buffer, SocketFlags.Peek);
                    ranMeanwhile = ran;
                });
                Greenlet other = Greenlet.Spawn(() => ran = true);
                Greenlet.JoinAll(hog, other);
                ranMeanwhile.Should().BeFalse();
            }
        }
        finally
        {
            Hub.SwitchInterval = before;
        }
        FluentActions.Invoking(() => Hub.SwitchInterval = TimeSpan.FromMilliseconds(-2)).Should().Throw<ArgumentOutOfRangeException>();
    });
}
