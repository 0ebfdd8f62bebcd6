using System.Net;
using System.Net.Sockets;
using FluentAssertions;
using Patchy.Events;

namespace Patchy.Servers.Tests;

/// <summary>What the other side, the system and careless code do to servers.</summary>
public sealed class FaultTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Listener_ClosedBySomebodyElse_EndsTheServerWithAnError(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        foreach (bool natively in new[] { false, true })
        {
            var server = new StreamServer("127.0.0.1:0", static (_, _) => { });
            Greenlet serving = Greenlet.Spawn(() => server.ServeForever());
            OnHub.Until(() => server.Started).Should().BeTrue();
            Greenlet.Sleep(TimeSpan.FromMilliseconds(20));
            Socket socket = server.Socket!;
            if (natively) Client.Natively(socket.Dispose);
            else socket.Dispose();
            // gevent: EBADF is fatal. Unpatched nobody tells of the close: the server looks for it once a second.
            serving.Join(TimeSpan.FromSeconds(20)).Should().BeTrue();
            server.Started.Should().BeFalse();
        }
        errors.Exceptions.Should().HaveCount(2).And.AllBeOfType<ObjectDisposedException>();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Listener_ShutDown_EndsTheServerWithAnError(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        var server = new StreamServer("127.0.0.1:0", static (_, _) => { });
        Greenlet serving = Greenlet.Spawn(() => server.ServeForever());
        OnHub.Until(() => server.Started).Should().BeTrue();
        Greenlet.Sleep(TimeSpan.FromMilliseconds(20));
        server.Socket!.Shutdown(SocketShutdown.Both); // accept(2) says EINVAL from now on
        serving.Join(TimeSpan.FromSeconds(20)).Should().BeTrue("gevent: EINVAL is fatal");
        server.Closed.Should().BeTrue();
        errors.Exceptions.Should().ContainSingle().Which.Should().BeOfType<SocketException>().Which.SocketErrorCode.Should().Be(SocketError.InvalidArgument);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Stop_FromANativeThread_WhileConnectionsCome_LeavesNothingOpen(FiberKind kind) => OnHub.Run(kind, () =>
    {
        for (int round = 0; round < 10; round++)
        {
            var sockets = new List<Socket>();
            var server = new StreamServer("127.0.0.1:0", (socket, _) =>
            {
                sockets.Add(socket);
                socket.Send("x"u8);
            });
            server.Start();
            EndPoint address = server.Address!;
            var stopped = false;
            Task<int> flood = Client.Start(() =>
            {
                int refused = 0;
                while (!Volatile.Read(ref stopped) || refused == 0)
                {
                    try
                    {
                        Client.AskHere(address, "");
                    }
                    catch (SocketException)
                    {
                        refused++;
                    }
                }
                return refused;
            });
            OnHub.Until(() => sockets.Count > 3).Should().BeTrue();
            Client.Natively(() => server.Stop());
            Volatile.Write(ref stopped, true);
            Greenlet.Await(flood).Should().BePositive();
            server.Closed.Should().BeTrue();
            OnHub.Until(() => sockets.TrueForAll(static socket => socket.SafeHandle.IsClosed)).Should().BeTrue();
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Hub_Destroyed_StopsItsServers(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Hub hub = Hub.Start("servers");
        var server = new StreamServer("127.0.0.1:0", static (socket, _) => socket.Send("x"u8));
        hub.RunAsync(server.Start).Wait();
        Client.Ask(server.Address!, "").Should().Be("x", "a started hub runs by itself");
        hub.Destroy(TimeSpan.FromSeconds(10)).Should().BeTrue("the greenlet that accepts can be killed");
        server.Closed.Should().BeTrue();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AcceptingGreenlet_Killed_StopsTheServer(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        Greenlet? accepts = null;
        // An in-place handler knows the greenlet that accepts.
        var server = new StreamServer("127.0.0.1:0", (_, _) => accepts = Greenlet.Current) { Spawn = null };
        server.Start();
        Client.Ask(server.Address!, "").Should().BeEmpty();
        accepts!.Kill();
        server.Closed.Should().BeTrue();
        errors.All.Should().BeEmpty("a GreenletExit is no error");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Peer_ThatResetsBeforeItsHandlerRuns_HarmsNobodyElse(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        var seen = new List<string>();
        using var server = new StreamServer("127.0.0.1:0", (socket, address) =>
        {
            try
            {
                seen.Add(Client.ReadOnce(socket));
                socket.Send("x"u8);
            }
            catch (SocketException exception)
            {
                seen.Add(exception.SocketErrorCode.ToString());
            }
        });
        server.Start();
        Client.Natively(() =>
        {
            // Completed by the kernel and reset before anybody has accepted it: the hub waits for this thread in Patchy, but the reset is sent at once.
            Socket socket = Client.Connect(server.Address!);
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        });
        Client.Ask(server.Address!, "hello").Should().Be("x");
        seen.Should().BeEquivalentTo(new[] { "ConnectionReset", "hello" });
        errors.All.Should().BeEmpty();
        server.Started.Should().BeTrue();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Connections_ByTheThousand_LeakNoDescriptorAndNoGreenlet(FiberKind kind) => OnHub.Run(kind, () =>
    {
        const int Threads = 4, Each = 1250;
        int served = 0;
        using var server = new StreamServer("127.0.0.1:0", (socket, _) =>
        {
            served++;
            socket.Send("x"u8);
        }) { Backlog = 1024 };
        server.Start();
        Client.Ask(server.Address!, "").Should().Be("x");
        int before = Descriptors(), greenletsBefore = Living();
        Task<int>[] clients = [.. Enumerable.Range(0, Threads).Select(_ => Client.Start(() =>
        {
            int good = 0;
            for (int i = 0; i < Each; i++)
                if (Client.AskHere(server.Address!, "") == "x") good++;
            return good;
        }))];
        clients.Sum(static client => Greenlet.Await(client)).Should().Be(Threads * Each);
        served.Should().Be(Threads * Each + 1);
        OnHub.Until(() => Descriptors() <= before + 5 && Living() <= greenletsBefore).Should().BeTrue("{0} descriptors before, {1} after; {2} greenlets before, {3} after", before, Descriptors(), greenletsBefore, Living());
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Handler_ThatBlocks_IsNamedWhereNothingIsPatched(FiberKind kind) => OnHub.RunMonitored(kind, () =>
    {
        using var written = new StringWriter();
        Hub.Current.ExceptionStream = written;
        using var others = new Progress();
        using var server = new StreamServer("127.0.0.1:0", static (socket, address) =>
        {
            Client.ReadOnce(socket).Should().Be("go"); // the client is slow
            socket.Send("x"u8);
        });
        server.Start();
        for (int i = 0; i < 2; i++)
        {
            string answer = Client.Natively(() =>
            {
                using Socket socket = Client.Connect(server.Address!);
                Thread.Sleep(300);
                others.Pass();
                socket.Send("go"u8);
                return Client.ReadAll(socket);
            });
            answer.Should().Be("x");
        }
        string text = written.ToString();
        if (OnHub.IsPatched) text.Should().BeEmpty("the read was cooperative");
        else text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle("once, not for each connection").Which.Should().Contain("Sockets are not patched");
        others.Ticks.Should().BeGreaterThan(Progress.Some, "even then the monitor takes the hub away from the handler");
    });

    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;

    private static int Living() => Diagnostics.RunInfo.Greenlets().Count(static info => info.Hub == Hub.Current);
}
