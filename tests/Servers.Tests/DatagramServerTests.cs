using System.Net;
using System.Net.Sockets;
using FluentAssertions;

namespace Patchy.Servers.Tests;

/// <summary>gevent.server.DatagramServer.</summary>
public sealed class DatagramServerTests
{
    private const int IpLevel = 0, ReceiveErrors = 11; // IPPROTO_IP, IP_RECVERR

    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Datagram_ToAStartedServer_IsAnsweredFromItsAddress(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var others = new Progress();
        using var errors = new Errors();
        DatagramServer server = null!;
        server = new DatagramServer(0, (data, address) =>
        {
            if (data.Length == 0) throw new InvalidDataException("an empty one");
            server.SendTo(data, address);
        });
        server.Invoking(static one => one.SendTo("x"u8, new IPEndPoint(IPAddress.Loopback, 9))).Should().Throw<InvalidOperationException>().WithMessage("*not started*");
        server.Start();
        byte[] large = [.. Enumerable.Range(0, 40_000).Select(static i => (byte)i)];
        int ticks = others.During(() =>
        {
            Ask(server.ServerPort, [1, 2, 3], others.Pass).Should().Equal([1, 2, 3], "an IPv4 sender reaches a server on all addresses");
            Ask(server.ServerPort, large).Should().Equal(large, "it is not cut (gevent: at 8192)");
            Send(server.ServerPort, []);
            Ask(server.ServerPort, [4]).Should().Equal([4], "the error of one handler is its own");
        });
        ticks.Should().BeGreaterThan(Progress.Some);
        OnHub.Until(() => errors.All.Count == 1).Should().BeTrue();
        errors.Exceptions.Single().Should().BeOfType<InvalidDataException>();
        server.Stop();
        server.Closed.Should().BeTrue();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ErrorQueue_WithARefusal_DoesNotEndTheServer(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        using Socket nobody = Deaf();
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetRawSocketOption(IpLevel, ReceiveErrors, BitConverter.GetBytes(1)); // so that an unconnected socket hears of ICMP errors
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        DatagramServer server = null!;
        server = new DatagramServer(socket, (data, address) => server.SendTo(data, address));
        server.Start();
        server.SendTo("to nobody"u8, nobody.LocalEndPoint!);
        OnHub.Until(() => errors.All.Count > 0).Should().BeTrue();
        errors.Exceptions.First().Should().BeOfType<SocketException>().Which.SocketErrorCode.Should().Be(SocketError.ConnectionRefused);
        Ask(server.ServerPort, [7]).Should().Equal(7);
        server.Stop();
    });

    private static byte[] Ask(int port, byte[] data, Action? pause = null) => Client.Natively(() =>
    {
        using var client = new UdpClient(AddressFamily.InterNetwork);
        client.Client.ReceiveTimeout = 20_000;
        pause?.Invoke();
        client.Send(data, data.Length, new IPEndPoint(IPAddress.Loopback, port));
        IPEndPoint? from = null;
        return client.Receive(ref from);
    });

    private static void Send(int port, byte[] data) => Client.Natively(() =>
    {
        using var client = new UdpClient(AddressFamily.InterNetwork);
        client.Send(data, data.Length, new IPEndPoint(IPAddress.Loopback, port));
    });

    /// <summary>Keeps its port from others, and hears nobody but itself: the kernel refuses what anybody else sends there.</summary>
    private static Socket Deaf()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Connect(socket.LocalEndPoint!);
        return socket;
    }
}
