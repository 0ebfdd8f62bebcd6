using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FluentAssertions;
using Xunit;

namespace Patchy.Sockets.Tests;

public sealed class ConnectTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Connect_ToAFullListener_EndsWithTheSendTimeoutAsNatively(FiberKind kind)
    {
        (string native, string green) = OnHub.Both(kind, () =>
        {
            using Socket listener = Wires.Listen(backlog: 0);
            var fillers = new List<Socket>();
            string ending = "never";
            for (int i = 0; i < 8 && ending is "ok" or "never"; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = 200 };
                fillers.Add(socket);
                ending = Wires.Ending(() => socket.Connect(listener.LocalEndPoint!));
            }
            foreach (Socket filler in fillers) filler.Dispose();
            return ending;
        });
        green.Should().Be(native).And.Contain("TimedOut");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Connect_ToAFullListener_LetsOthersRunAndCanBeKilled(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using Socket listener = Wires.Listen(backlog: 0);
        Greenlet[] clients = Enumerable.Range(0, 4).Select(_ => Greenlet.Spawn(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(listener.LocalEndPoint!);
        })).ToArray();
        using var progress = new Progress();
        for (int turn = 0; turn < 40 && progress.Ticks <= Progress.Some; turn++) Thread.Sleep(250);
        progress.Ticks.Should().BeGreaterThan(Progress.Some);
        clients.Should().Contain(c => !c.Dead, "the backlog is full");
        foreach (Greenlet client in clients) client.Kill();
        clients.Should().OnlyContain(c => c.Dead && c.Successful);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Connect_RefusedThenAccepted_OnOneSocket_IsAsNatively(FiberKind kind)
    {
        (string native, string green) = OnHub.Both(kind, () =>
        {
            using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // it does not listen, and nobody else can
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            string refused = Wires.Ending(() => socket.Connect(deaf.LocalEndPoint!));
            using Socket listener = Wires.Listen();
            string accepted = Wires.Ending(() => socket.Connect(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint!).Port));
            return $"{refused} {accepted} {socket.Connected} {socket.DualMode}";
        });
        green.Should().Be(native).And.StartWith("SocketException ConnectionRefused");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Connect_UnixDomainBacklogFull_WaitsForAPlace(FiberKind kind) => OnHub.Run(kind, () =>
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        int connected = 0;
        Greenlet[] clients = Enumerable.Range(0, 6).Select(_ => Greenlet.Spawn(() =>
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            connected++;
        })).ToArray();
        Thread.Sleep(40);
        connected.Should().BeInRange(1, 5);
        for (int i = 0; i < 6; i++) listener.Accept().Dispose();
        Greenlet.JoinAll(clients, TimeSpan.FromSeconds(10)).Should().HaveCount(clients.Length);
        connected.Should().Be(6);
        File.Delete(path);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Connect_UnixDomainBacklogFull_SendTimeout_EndsAsNatively(FiberKind kind)
    {
        (string native, string green) = OnHub.Both(kind, () =>
        {
            string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(0);
            var fillers = new List<Socket>();
            string ending = "ok";
            var watch = new Stopwatch();
            while (ending == "ok")
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = 100 };
                fillers.Add(socket);
                watch.Restart();
                ending = Wires.Ending(() => socket.Connect(new UnixDomainSocketEndPoint(path)));
            }
            foreach (Socket filler in fillers) filler.Dispose();
            File.Delete(path);
            return $"{ending} after {(watch.ElapsedMilliseconds >= 95 ? "the timeout" : "too short a time")}, {fillers.Count} tried";
        });
        green.Should().Be(native).And.Contain("after the timeout");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Accept_Killed_LosesNoConnection(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using Socket listener = Wires.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bool victims = false;
        Greenlet victim = Greenlet.Spawn(() =>
        {
            Socket own = listener.Accept();
            victims = true;
            own.Dispose();
        });
        Thread.Sleep(5);
        client.Connect(listener.LocalEndPoint!); // the victim is woken by this, or killed before it runs: in no case may the connection vanish
        victim.Kill();
        if (victims) return; // it had accepted, and closed
        Socket accepted = listener.Accept();
        accepted.RemoteEndPoint.Should().Be(client.LocalEndPoint);
    });
}
