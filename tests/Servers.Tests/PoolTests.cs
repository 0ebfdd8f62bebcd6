using System.Net.Sockets;
using FluentAssertions;
using Patchy.Events;
using Patchy.Pools;

namespace Patchy.Servers.Tests;

/// <summary>gevent's spawn argument: a pool, a number, nothing, a function.</summary>
public sealed class PoolTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pool_ThatIsFull_LeavesConnectionsInTheBacklogUntilASlotIsFree(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var others = new Progress();
        var gate = new Event();
        int inside = 0, most = 0, served = 0;
        using var server = new StreamServer("127.0.0.1:0", (socket, _) =>
        {
            most = Math.Max(most, ++inside);
            gate.Wait();
            inside--;
            served++;
            socket.Send("x"u8);
        }) { Spawn = 2 };
        server.Start();
        server.Pool.Should().BeOfType<Pool>().Which.Size.Should().Be(2);
        Task<string>[] clients = [.. Enumerable.Range(0, 7).Select(_ => Client.Start(() => Client.AskHere(server.Address!, "")))];
        OnHub.Until(() => inside == 2).Should().BeTrue();
        others.DuringOneOf(static () => Greenlet.Sleep(TimeSpan.FromMilliseconds(100))).Should().BeGreaterThan(Progress.Some, "a full pool stops accepting, not the hub");
        inside.Should().Be(2);
        gate.Set();
        foreach (Task<string> client in clients) Greenlet.Await(client).Should().Be("x");
        (most, served).Should().Be((2, 7));
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Stop_WithAPool_WaitsForHandlersThenKillsThem(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var quick = new Event();
        int entered = 0, finished = 0, killed = 0;
        var server = new StreamServer("127.0.0.1:0", (_, _) =>
        {
            bool patient = ++entered == 1;
            try
            {
                if (patient) quick.Wait();
                else new Event().Wait();
                finished++;
            }
            catch (GreenletExit)
            {
                killed++;
                throw;
            }
        }) { Spawn = new Pool(10), StopTimeout = TimeSpan.FromMilliseconds(500) };
        server.Start();
        Task<string>[] clients = [.. Enumerable.Range(0, 3).Select(_ => Client.Start(() => Client.AskHere(server.Address!, "")))];
        OnHub.Until(() => entered == 3).Should().BeTrue();
        Greenlet.Spawn(quick.Set); // once the stop waits, and long before its time is over
        server.Stop();
        (finished, killed).Should().Be((1, 2), "gevent joins the pool for stop_timeout, then kills it");
        server.Pool!.Count.Should().Be(0);
        foreach (Task<string> client in clients) Greenlet.Await(client).Should().BeEmpty("a killed handler's connection is closed too");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Stop_WhileTheServerWaitsForASlot_Returns(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (bool natively in new[] { false, true })
        {
            var entered = new Event();
            var server = new StreamServer("127.0.0.1:0", (_, _) =>
            {
                entered.Set();
                new Event().Wait();
            }) { Spawn = 1, StopTimeout = TimeSpan.Zero };
            server.Start();
            Task<string> served = Client.Start(() => Client.AskHere(server.Address!, ""));
            entered.Wait();
            using Socket late = Client.Natively(() => Client.Connect(server.Address!));
            Task<string> waits = Client.Start(() => Client.ReadAll(late));
            if (natively) Client.Natively(() => server.Stop());
            else server.Stop();
            server.Closed.Should().BeTrue();
            Greenlet.Await(served).Should().BeEmpty();
            Greenlet.Await(waits).Should().Be("(reset)", "it was never accepted");
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void InPlace_Handlers_RunOneAfterTheOtherOnOneGreenlet(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        using var others = new Progress();
        int inside = 0, most = 0, calls = 0;
        var greenlets = new HashSet<Greenlet>();
        using var server = new StreamServer("127.0.0.1:0", (socket, _) =>
        {
            most = Math.Max(most, ++inside);
            greenlets.Add(Greenlet.Current!);
            others.Pass();
            inside--;
            if (++calls == 2) throw new InvalidDataException("the second one");
            socket.Send("x"u8);
        }) { Spawn = null };
        server.Spawn.Should().BeSameAs(ServerSpawn.InPlace);
        server.Start();
        Task<string>[] clients = [.. Enumerable.Range(0, 4).Select(_ => Client.Start(() => Client.AskHere(server.Address!, "")))];
        int ticks = others.During(() => clients.Select(static client => Greenlet.Await(client)).Order().Should().Equal("", "x", "x", "x"));
        ticks.Should().BeGreaterThan(Progress.Some);
        (most, greenlets.Count).Should().Be((1, 1));
        errors.Exceptions.Should().ContainSingle().Which.Should().BeOfType<InvalidDataException>();
        server.Started.Should().BeTrue();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void InPlace_TheServersGreenletKilledInAHandler_IsTheServersEndAndNoError(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        Greenlet? acceptor = null;
        using var server = new StreamServer("127.0.0.1:0", (_, _) =>
        {
            acceptor = Greenlet.Current;
            try
            {
                new Event().Wait();
            }
            catch (Exception exception)
            {
                throw new IOException("as NetworkStream does", exception);
            }
        }) { Spawn = null };
        server.Start();
        Task<string> client = Client.Start(() => Client.AskHere(server.Address!, ""));
        OnHub.Until(() => acceptor is not null).Should().BeTrue();
        acceptor!.Kill(new GreenletExit(), TimeSpan.FromSeconds(20)).Should().BeTrue();
        Greenlet.Await(client).Should().BeEmpty();
        errors.Exceptions.Should().BeEmpty("gevent: a GreenletExit is no error");
        server.Started.Should().BeFalse();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void By_ASpawnerOfTheCallersOwn_GetsEachHandler(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using Hub elsewhere = Hub.Start("elsewhere");
        Hub? hub = null;
        using var server = new StreamServer("127.0.0.1:0", (socket, _) =>
        {
            hub = Greenlet.Current is null ? null : Hub.Current;
            socket.Send("x"u8);
        }) { Spawn = ServerSpawn.By(elsewhere.Spawn) };
        server.Start();
        Client.Ask(server.Address!, "").Should().Be("x");
        hub.Should().BeSameAs(elsewhere, "handlers may run on another hub, and so on another processor");
        server.Invoking(static one => one.Spawn = 3).Should().Throw<InvalidOperationException>().WithMessage("*is started*");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Spawner_ThatFails_ClosesTheConnectionAndTheServerRecovers(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        int calls = 0;
        using var server = new StreamServer("127.0.0.1:0", static (socket, _) => socket.Send("x"u8))
        {
            Spawn = ServerSpawn.By(body => ++calls <= 3 ? throw new InvalidOperationException("no greenlet to be had") : Greenlet.Spawn(body)),
        };
        server.Start();
        for (int i = 0; i < 3; i++) Client.Ask(server.Address!, "").Should().BeEmpty("gevent closes it when spawn fails");
        Client.Ask(server.Address!, "").Should().Be("x");
        errors.Exceptions.Should().HaveCount(3).And.AllBeOfType<InvalidOperationException>();
        errors.All.Should().OnlyContain(error => ReferenceEquals(error.Context, server));
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Handler_KilledBeforeItsTurn_LeavesNoOpenConnection(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int ran = 0;
        using var server = new StreamServer("127.0.0.1:0", (_, _) => ran++)
        {
            Spawn = ServerSpawn.By(static body =>
            {
                Greenlet greenlet = Greenlet.Spawn(body);
                greenlet.Kill();
                return greenlet;
            }),
        };
        server.Start();
        Client.Ask(server.Address!, "").Should().BeEmpty();
        ran.Should().Be(0);
    });

    [Fact]
    public void Spawn_OfNoPlaces_IsRefused() => FluentActions.Invoking(static () => (ServerSpawn)0).Should().Throw<ArgumentOutOfRangeException>();
}
