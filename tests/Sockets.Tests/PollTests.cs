using System.Net.Sockets;
using FluentAssertions;
using Xunit;

namespace Patchy.Sockets.Tests;

public sealed class PollTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Poll_BelowAMillisecond_NeverSwitches(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        bool otherRan = false;
        Greenlet.Spawn(() => otherRan = true);
        near.Poll(0, SelectMode.SelectRead).Should().BeFalse();
        near.Poll(999, SelectMode.SelectRead).Should().BeFalse("poll(2) is told whole milliseconds natively, too");
        near.Poll(0, SelectMode.SelectWrite).Should().BeTrue();
        otherRan.Should().BeFalse();
        GC.KeepAlive(far); // closed, it would be something to read
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Poll_EachMode_WaitsCooperatively(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        using var progress = new Progress();
        bool found = true;
        progress.DuringOneOf(() => found = near.Poll(250_000, SelectMode.SelectRead)).Should().BeGreaterThan(Progress.Some);
        found.Should().BeFalse();
        progress.DuringOneOf(() => found = near.Poll(250_000, SelectMode.SelectError)).Should().BeGreaterThan(Progress.Some);
        found.Should().BeFalse();

        After(20, () => far.Send([1]));
        near.Poll(-1, SelectMode.SelectRead).Should().BeTrue();
        near.Receive(new byte[1]);

        After(20, () => far.Send([2], SocketFlags.OutOfBand));
        near.Poll(5_000_000, SelectMode.SelectError).Should().BeTrue("out-of-band data is what it waits for");

        near.SendTimeout = 50;
        for (int full = 0; full < 5; full++) // the kernel makes room a little later, too: once it asks a peer that has closed its window
        {
            for (; near.Poll(50_000, SelectMode.SelectWrite); full = 0) Wires.Ending(() => near.Send(new byte[1 << 20]));
        }
        After(20, () => { while (far.Poll(300_000, SelectMode.SelectRead) && far.Receive(new byte[1 << 20]) > 0) { } });
        near.Poll(5_000_000, SelectMode.SelectWrite).Should().BeTrue();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Poll_Disposed_EndsAsNatively(FiberKind kind)
    {
        foreach (bool nativeCloser in new[] { false, true })
        {
            (string native, string green) = OnHub.BothUnderClose(kind, () =>
            {
                (Socket near, Socket far) = Wires.Pair();
                string ending = "hangs";
                Thread waiter = Wires.Start(() => ending = Wires.Ending(() => near.Poll(-1, SelectMode.SelectRead)));
                Thread.Sleep(30);
                if (nativeCloser) Wires.Natively(near.Dispose).Wait();
                else near.Dispose();
                waiter.Join(10_000);
                far.Dispose();
                return ending;
            });
            green.Should().Be(native);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Poll_Killed_TheSocketCanStillBeClosed(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        foreach (SelectMode mode in Enum.GetValues<SelectMode>())
        {
            if (mode == SelectMode.SelectWrite) continue;
            Greenlet victim = Greenlet.Spawn(() => near.Poll(-1, mode));
            Thread.Sleep(5);
            victim.Kill();
            victim.Successful.Should().BeTrue();
        }
        near.Dispose();
        far.Receive(new byte[1]).Should().Be(0, "no reference was left behind: the close went through");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Select_AnyOfMany_KeepsTheReadyOnes(FiberKind kind)
    {
        (string native, string green) = OnHub.Both(kind, () =>
        {
            var pairs = Enumerable.Range(0, 50).Select(_ => Wires.Pair()).ToArray();
            Wires.Start(() =>
            {
                Thread.Sleep(30);
                pairs[17].Far.Send([1]);
            });
            List<Socket> read = pairs.Select(p => p.Near).ToList(), error = pairs.Select(p => p.Near).ToList();
            Socket.Select(read, null, error, 10_000_000);
            string first = $"{read.Count} {error.Count} {ReferenceEquals(read[0], pairs[17].Near)}";

            read = [pairs[17].Near, pairs[3].Near];
            List<Socket> write = [pairs[17].Near, pairs[3].Near];
            Socket.Select(read, write, null, -1);
            string both = $"{read.Count} {write.Count}";

            read = [pairs[4].Near, pairs[4].Near];
            Socket.Select(read, null, null, 20_000);
            string late = $"{read.Count}";
            string wrong = Wires.Ending(() => Socket.Select(new List<object> { "no socket" }, null, null, 1_000_000));
            foreach ((Socket near, Socket far) in pairs)
            {
                near.Dispose();
                far.Dispose();
            }
            string gone = Wires.Ending(() => Socket.Select(new List<Socket> { pairs[0].Near }, null, null, 1_000_000));
            return $"{first}; {both}; {late}; {wrong}; {gone}";
        });
        green.Should().Be(native).And.StartWith("1 0 True; 1 2; 0;");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Select_Waiting_OthersRunMeanwhileAndAKillEndsIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (Socket near, Socket far) = Wires.Pair();
        using var progress = new Progress();
        List<Socket> read = [];
        progress.DuringOneOf(() =>
        {
            read = [near, far];
            Socket.Select(read, null, null, 250_000);
        }).Should().BeGreaterThan(Progress.Some);
        read.Should().BeEmpty();
        Greenlet victim = Greenlet.Spawn(() => Socket.Select(new List<Socket> { near, far }, null, null, -1));
        Thread.Sleep(5);
        victim.Kill();
        victim.Successful.Should().BeTrue();
        near.Dispose();
        far.Receive(new byte[1]).Should().Be(0);
    });

    private static void After(int milliseconds, Action action) => Greenlet.Spawn(() =>
    {
        Thread.Sleep(milliseconds);
        action();
    });
}
