using System.Net.Sockets;
using FluentAssertions;
using Microsoft.Win32.SafeHandles;
using Patchy.Selecting;

namespace Patchy.Servers.Tests.Selecting;

/// <summary>Descriptors that are closed while they are waited for. gevent's waits hang then, unless cancel_wait is called.</summary>
public sealed class CloseTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Close_OfABareNumber_EndsTheWaitsWithAnError(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        (int read, int write) = Kernel.Pipe();
        (int otherRead, int otherWrite) = Kernel.Pipe();
        var poller = new Poller();
        poller.Register(read, PollEvents.Read);
        IReadOnlyList<(Descriptor, PollEvents)>? found = null;
        Greenlet[] waiting =
        [
            Greenlet.Spawn(() => Descriptors.WaitRead(read)),
            Greenlet.Spawn(() => Descriptors.Select([otherRead, read], null, null)),
            Greenlet.Spawn(() => { found = poller.Poll(); }),
        ];
        Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
        Kernel.Close(read);
        Greenlet.JoinAll(waiting, s_long).Should().HaveCount(3, "they look for it once a second");
        EndsAsClosed(waiting[0]);
        EndsAsClosed(waiting[1]);
        found.Should().Equal((read, PollEvents.Invalid));
        Kernel.Close(write, otherRead, otherWrite);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Close_AndTheNumberUsedAgain_IsNoAnswerToTheWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        (int read, int write) = Kernel.Pipe();
        (int otherRead, int otherWrite) = Kernel.Pipe();
        Greenlet old = WaitingFor(read);
        Kernel.Replace(read, otherRead);
        Kernel.Write(otherWrite); // now the number can be read: it is another pipe
        EndsAsClosed(old);

        // The next one to use the number must not be taken for the old one.
        Kernel.Read(otherRead);
        Greenlet next = WaitingFor(read);
        next.Dead.Should().BeFalse();
        Kernel.Write(otherWrite);
        next.Join(s_long).Should().BeTrue();
        next.Successful.Should().BeTrue();
        Kernel.Close(read, write, otherRead, otherWrite);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Close_AndTheNumberUsedAgainByAnotherWait_EndsTheOldOneAndWakesTheNewOne(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        (int read, int write) = Kernel.Pipe();
        (int otherRead, int otherWrite) = Kernel.Pipe();
        Greenlet old = WaitingFor(read);
        Kernel.Replace(read, otherRead);
        Greenlet next = WaitingFor(read);
        Kernel.Write(otherWrite);
        next.Join(s_long).Should().BeTrue("the registration of the old pipe is not its own");
        next.Successful.Should().BeTrue();
        EndsAsClosed(old);
        Kernel.Watches(Hub.Current, read).Should().BeFalse();
        Kernel.Close(read, write, otherRead, otherWrite);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Close_AndTheNumberGivenToASocket_WakesWhoWaitsForTheSocket(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        (int read, int write) = Kernel.Pipe();
        (Socket near, Socket far) = Pair.Connected();
        Greenlet old = WaitingFor(read);
        Kernel.Replace(read, (int)near.Handle);
        using var again = new Socket(new SafeSocketHandle(read, ownsHandle: true));
        Greenlet next = Greenlet.Spawn(() =>
        {
            if (OnHub.IsPatched) again.Receive(new byte[1]).Should().Be(1);
            else Descriptors.WaitRead(again, s_long);
        });
        Greenlet.Yield();
        next.Dead.Should().BeFalse();
        Client.Natively(() => far.Send([1]));
        next.Join(s_long).Should().BeTrue();
        next.Get();
        EndsAsClosed(old);
        near.Dispose();
        far.Dispose();
        Kernel.Close(write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Close_WhileADuplicateIsOpen_IsNoticedAllTheSame(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        (int read, int write) = Kernel.Pipe();
        int duplicate = Kernel.Duplicate(read);
        Greenlet old = WaitingFor(read);
        Kernel.Close(read);
        Kernel.Write(write); // epoll goes on telling of the closed number as long as the duplicate is open
        EndsAsClosed(old);
        Descriptors.WaitRead(duplicate, s_long);
        Kernel.Close(duplicate, write);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Dispose_OfAHandleOrSocket_ClosesItAndEndsTheWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        foreach (bool natively in new[] { false, true })
        {
            (int read, int write) = Kernel.Pipe();
            (Socket near, Socket far) = Pair.Connected();
            var handle = new SafeFileHandle(read, ownsHandle: true);
            Greenlet[] waiting =
            [
                Greenlet.Spawn(() => Descriptors.WaitRead(handle)),
                Greenlet.Spawn(() => Descriptors.WaitRead(near)),
                Greenlet.Spawn(() => Descriptors.Select([near], null, [near])),
            ];
            Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
            if (natively) Client.Natively(Dispose);
            else Dispose();
            Greenlet.JoinAll(waiting, s_long).Should().HaveCount(3);
            waiting.Should().OnlyContain(greenlet => greenlet.Exception is ObjectDisposedException);
            far.Dispose();
            Kernel.Close(write);

            void Dispose()
            {
                handle.Dispose();
                near.Dispose();
                // gevent closes at once, whoever waits: the other side sees it before the wait has ended.
                Client.ReadAll(far).Should().BeOneOf("", "(reset)");
            }
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Close_WhileANativeThreadWaits_EndsItsWaitToo(FiberKind kind) => OnHub.Run(kind, () =>
    {
        (int read, int write) = Kernel.Pipe();
        (int otherRead, int otherWrite) = Kernel.Pipe();
        otherRead = Kernel.MoveFar(otherRead); // a native wait for a number asks for it once a second, and must not find what somebody else has opened
        (Socket near, Socket far) = Pair.Connected();
        var handle = new SafeFileHandle(read, ownsHandle: true);
        Task<Exception?>[] waiting =
        [
            Client.Start<Exception?>(() => Record.Exception(() => Descriptors.WaitRead(handle))),
            Client.Start<Exception?>(() => Record.Exception(() => Descriptors.WaitRead(otherRead))),
            Client.Start<Exception?>(() => Record.Exception(() => Descriptors.WaitRead(near))),
            Client.Start<Exception?>(() => Record.Exception(() => Descriptors.WaitRead(far, s_long))), // more than one look
        ];
        OnHub.Until(() => WaitTable.Count == 4).Should().BeTrue();
        handle.Dispose();
        Kernel.Close(otherRead);
        near.Dispose();
        Exception?[] ends = Greenlet.Await(Task.WhenAll(waiting).WaitAsync(s_long));
        ends[0].Should().BeOfType<ObjectDisposedException>("a close is not held up by those who wait, and ends their wait");
        ends[1].Should().BeOfType<IOException>().Which.HResult.Should().Be(Kernel.Ebadf);
        ends[2].Should().BeOfType<ObjectDisposedException>();
        ends[3].Should().BeNull("the other end has gone");
        far.Dispose();
        WaitTable.Count.Should().Be(0);
        FluentActions.Invoking(() => Kernel.Write(write)).Should().Throw<IOException>("nobody holds the read end open");
        Kernel.Close(write, otherWrite);
    });

    /// <summary>A greenlet that is parked already.</summary>
    private static Greenlet WaitingFor(int fd)
    {
        Greenlet waiting = Greenlet.Spawn(() => Descriptors.WaitRead(fd));
        Greenlet.Yield();
        return waiting;
    }

    private static void EndsAsClosed(Greenlet waiting)
    {
        waiting.Join(s_long).Should().BeTrue();
        waiting.Exception.Should().BeOfType<IOException>("what it waited for is closed").Which.HResult.Should().Be(Kernel.Ebadf);
    }
}
