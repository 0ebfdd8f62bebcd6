using System.Net;
using System.Net.Sockets;
using FluentAssertions;
using Patchy.Events;

namespace Patchy.Servers.Tests;

/// <summary>gevent's rules for StreamServer (test__server.py), with a client that knows nothing of Patchy.</summary>
public sealed class StreamServerTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Connection_ToAStartedServer_IsHandedToTheHandlerAndClosedAfterIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var others = new Progress();
        Socket? kept = null;
        EndPoint? from = null;
        Greenlet? handlers = null;
        using var server = new StreamServer("127.0.0.1:0", (socket, address) =>
        {
            (kept, from, handlers) = (socket, address, Greenlet.Current);
            socket.Send(System.Text.Encoding.UTF8.GetBytes(Client.ReadOnce(socket).ToUpperInvariant()));
        });
        server.Started.Should().BeFalse();
        server.Closed.Should().BeTrue();
        server.Start();
        server.Start(); // gevent: no harm
        server.Started.Should().BeTrue();
        server.Closed.Should().BeFalse();

        int ticks = others.During(() => Client.Natively(() =>
        {
            others.Pass(); // the server has to wait for it
            return Client.AskHere(server.Address!, "abc");
        }).Should().Be("ABC", "the connection ends when the handler returns (gevent 1.1)"));
        ticks.Should().BeGreaterThan(Progress.Some, "accepting gives the turn away");
        kept!.SafeHandle.IsClosed.Should().BeTrue();
        ((IPEndPoint)from!).Address.Should().Be(IPAddress.Loopback);
        handlers.Should().NotBeNull("each connection has a greenlet").And.NotBe(Hub.Current.Main);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Handlers_ThatWait_AreServedSideBySide(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var gate = new Event();
        int inside = 0;
        using var server = new StreamServer("127.0.0.1:0", (socket, _) =>
        {
            if (++inside == 20) gate.Set();
            gate.Wait();
            socket.Send("x"u8);
        });
        server.Start();
        Task<string>[] clients = [.. Enumerable.Range(0, 20).Select(_ => Client.Start(() => Client.AskHere(server.Address!, "")))];
        foreach (Task<string> client in clients) Greenlet.Await(client).Should().Be("x", "all twenty have to be inside before any of them goes on");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Handler_ThatThrows_IsReportedAndEndsItsConnectionOnly(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        int calls = 0;
        using var server = new StreamServer("127.0.0.1:0", (socket, _) =>
        {
            if (++calls == 1) throw new InvalidDataException("broken handler");
            socket.Send("fine"u8);
        });
        server.Start();
        Client.Ask(server.Address!, "").Should().BeEmpty("its connection is closed");
        Client.Ask(server.Address!, "").Should().Be("fine", "the server goes on");
        errors.Exceptions.Should().ContainSingle().Which.Should().BeOfType<InvalidDataException>();
        errors.All[0].Context.Should().BeOfType<Greenlet>("it failed as any greenlet does");
        server.Started.Should().BeTrue();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SetHandle_WhileItRuns_IsForTheNextConnection(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var server = new StreamServer("127.0.0.1:0", static (socket, _) => socket.Send("one"u8));
        server.Start();
        Client.Ask(server.Address!, "").Should().Be("one");
        server.SetHandle(static (socket, _) => socket.Send("two"u8));
        Client.Ask(server.Address!, "").Should().Be("two");
        server.Invoking(static plain => plain.SetTlsHandle(static (_, _) => { })).Should().Throw<InvalidOperationException>().WithMessage("*no certificate*");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Subclass_ThatOverridesHandle_NeedsNoDelegate(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var server = new Shouting("127.0.0.1:0");
        server.Start();
        Client.Ask(server.Address!, "abc").Should().Be("ABC!");

        using var errors = new Errors();
        using var nothing = new Nothing("127.0.0.1:0");
        nothing.Start();
        Client.Ask(nothing.Address!, "").Should().BeEmpty();
        errors.Exceptions.Should().ContainSingle().Which.Message.Should().Contain("neither a delegate");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Stop_OfARunningServer_FreesThePortAndLetsHandlersGoOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var entered = new Event();
        var gate = new Event();
        var server = new StreamServer("127.0.0.1:0", (socket, _) =>
        {
            entered.Set();
            gate.Wait();
            socket.Send("late"u8);
        });
        server.Start();
        EndPoint address = server.Address!;
        Task<string> client = Client.Start(() => Client.AskHere(address, ""));
        entered.Wait();
        server.Stop();
        server.Started.Should().BeFalse();
        server.Closed.Should().BeTrue();
        server.Socket.Should().BeNull();
        Client.Natively(() => FluentActions.Invoking(() => Client.Connect(address)).Should().Throw<SocketException>().Which.SocketErrorCode.Should().Be(SocketError.ConnectionRefused));
        gate.Set();
        Greenlet.Await(client).Should().Be("late", "handlers without a pool go on until they end by themselves (gevent)");

        server.Stop(); // again: no harm
        server.Start(); // an address can be bound again
        Client.Ask(server.Address!, "").Should().Be("late");
        server.Dispose();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ServeForever_InAGreenlet_EndsWithStop(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (string who in new[] { "greenlet", "native thread", "handler" })
        {
            StreamServer server = null!;
            server = new StreamServer("127.0.0.1:0", (socket, _) =>
            {
                if (who == "handler") server.Stop();
            });
            Greenlet serving = Greenlet.Spawn(() => server.ServeForever());
            OnHub.Until(() => server.Started).Should().BeTrue();
            serving.Ready.Should().BeFalse();
            if (who == "greenlet") server.Stop();
            else if (who == "native thread") Client.Natively(() => server.Stop());
            else Client.Ask(server.Address!, "").Should().BeEmpty();
            serving.Join(TimeSpan.FromSeconds(20)).Should().BeTrue("stopped by a {0}", who);
            serving.Successful.Should().BeTrue();
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ServeForever_KilledOrOutOfTime_StopsTheServer(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var server = new StreamServer("127.0.0.1:0", static (_, _) => { });
        Greenlet serving = Greenlet.Spawn(() => server.ServeForever());
        OnHub.Until(() => server.Started).Should().BeTrue();
        serving.Kill();
        server.Started.Should().BeFalse("gevent stops in a finally");

        FluentActions.Invoking(() => GreenletTimeout.Start(TimeSpan.FromMilliseconds(30)).Run(() => server.ServeForever())).Should().Throw<GreenletTimeout>();
        server.Started.Should().BeFalse();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Socket_OfTheCallersOwn_IsServedAndClosedWithTheServer(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(5);
        var server = new StreamServer(socket, static (client, _) => client.Send("mine"u8));
        server.ServerPort.Should().Be(((IPEndPoint)socket.LocalEndPoint!).Port, "it is known before the start");
        server.Start();
        Client.Ask(server.Address!, "").Should().Be("mine");
        server.Stop();
        socket.SafeHandle.IsClosed.Should().BeTrue();
        server.Invoking(static one => one.Start()).Should().Throw<ObjectDisposedException>("there is nothing to bind again");

        using var datagram = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        datagram.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        FluentActions.Invoking(() => new StreamServer(datagram, static (_, _) => { }).Start()).Should().Throw<InvalidOperationException>().WithMessage("*stream socket*");
    });

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        var server = new StreamServer("127.0.0.1:0", static (_, _) => { });
        server.Invoking(static one => one.MaxAccept = 0).Should().Throw<ArgumentOutOfRangeException>("gevent: max_accept must be positive int");
        server.Invoking(static one => one.MinDelay = TimeSpan.FromTicks(-1)).Should().Throw<ArgumentOutOfRangeException>();
        server.Invoking(static one => one.Backlog = 0).Should().Throw<ArgumentOutOfRangeException>();
        server.Invoking(static one => one.HandshakeTimeout = TimeSpan.Zero).Should().Throw<ArgumentOutOfRangeException>();
        server.Invoking(static one => one.Stop(TimeSpan.FromSeconds(-2))).Should().Throw<ArgumentOutOfRangeException>();
        (server.MaxAccept, server.MinDelay, server.MaxDelay, server.StopTimeout, server.Backlog).Should().Be(
            (100, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 256));
    }

    private sealed class Shouting(Listener listener) : StreamServer(listener)
    {
        protected override void Handle(Socket socket, EndPoint address) =>
            socket.Send(System.Text.Encoding.UTF8.GetBytes(Client.ReadOnce(socket).ToUpperInvariant() + "!"));
    }

    private sealed class Nothing(Listener listener) : StreamServer(listener);
}
