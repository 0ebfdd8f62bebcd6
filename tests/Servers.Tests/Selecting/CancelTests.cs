using System.Net.Sockets;
using FluentAssertions;
using Patchy.Selecting;

namespace Patchy.Servers.Tests.Selecting;

/// <summary>gevent.socket.cancel_wait.</summary>
public sealed class CancelTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void CancelWait_OfEveryKindOfWait_RaisesInThem(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        (int otherRead, int otherWrite) = Kernel.Pipe();
        using var errors = new Errors();
        var poller = new Poller();
        poller.Register(read, PollEvents.Read);
        Greenlet[] waiting =
        [
            Greenlet.Spawn(() => Descriptors.WaitRead(read)),
            Greenlet.Spawn(() => Descriptors.WaitRead(read, s_long)),
            Greenlet.Spawn(() => Descriptors.Select([otherRead, read], null, [read])),
            Greenlet.Spawn(() => poller.Poll()),
            Greenlet.Spawn(() => Client.Natively(() => Descriptors.WaitRead(read))),
        ];
        Greenlet other = Greenlet.Spawn(() => Descriptors.WaitRead(otherRead));
        OnHub.Until(() => WaitTable.Count == 8).Should().BeTrue();
        Descriptors.CancelWait(read).Should().BeTrue();
        Greenlet.JoinAll(waiting, s_long).Should().HaveCount(5);
        waiting.Should().OnlyContain(greenlet => greenlet.Exception is OperationCanceledException);
        other.Dead.Should().BeFalse("another descriptor is not meant");
        Descriptors.CancelWait(read).Should().BeFalse("nobody waits any more");

        var own = new IOException("closing");
        Client.Natively(() => Descriptors.CancelWait(otherRead, own)).Should().BeTrue("from any thread");
        other.Join(s_long).Should().BeTrue();
        other.Exception.Should().BeSameAs(own, "gevent: cancel_wait(watcher, error)");
        Kernel.Close(read, write, otherRead, otherWrite);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void CancelWait_ACallOfASocket_IsNotMeant(FiberKind kind) => OnHub.Run(kind, () =>
    {
        if (!OnHub.IsPatched) return; // unpatched that call blocks the hub
        (Socket near, Socket far) = Pair.Connected();
        using var errors = new Errors();
        Greenlet<int> receiving = Greenlet.Spawn(() => near.Receive(new byte[1]));
        Greenlet waiting = Greenlet.Spawn(() => Descriptors.WaitRead(near));
        OnHub.Until(() => WaitTable.Count == 1).Should().BeTrue();
        Descriptors.CancelWait(near).Should().BeTrue();
        waiting.Join(s_long).Should().BeTrue();
        waiting.Exception.Should().BeOfType<OperationCanceledException>();
        receiving.Dead.Should().BeFalse();
        Client.Natively(() => far.Send([1]));
        receiving.Get().Should().Be(1);
        near.Dispose();
        far.Dispose();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void CancelWait_AtAnyMoment_EndsAWaitThatIsListed(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // Patched, nobody looks after a socket once a second: a cancel that was lost would let the wait go on for half a minute.
        (Socket near, Socket far) = Pair.Connected();
        int rounds = 0;
        bool over = false;
        Task<int> canceller = Client.Start(() =>
        {
            int cancelled = 0;
            while (!Volatile.Read(ref over))
            {
                if (Descriptors.CancelWait(near)) cancelled++;
                Thread.SpinWait(cancelled % 300); // else the latch would be taken all the time
            }
            return cancelled;
        });
        for (; rounds < 300; rounds++) FluentActions.Invoking(() => Descriptors.WaitRead(near, s_long)).Should().Throw<OperationCanceledException>();
        Volatile.Write(ref over, true);
        Greenlet.Await(canceller).Should().BeGreaterThanOrEqualTo(rounds);
        near.Dispose();
        far.Dispose();
    });
}
