using System.Net;
using System.Net.Sockets;
using FluentAssertions;

namespace Patchy.Servers.Tests;

/// <summary>gevent's address forms (baseserver._parse_address), and the one for Unix-domain sockets that it does not have.</summary>
public sealed class ListenerTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("[::1]:0", "[::1]:0")]
    [InlineData(":8080", "0.0.0.0:8080")]
    [InlineData("*:8080", "0.0.0.0:8080")]
    [InlineData("8080", "[::]:8080")]
    [InlineData("/tmp/app.sock", "/tmp/app.sock")]
    [InlineData("unix:app.sock", "app.sock")]
    [InlineData("localhost:80", "localhost:80")]
    public void Parse_OfEachForm_IsTheAddress(string text, string address) => Listener.Parse(text).ToString().Should().Be(address);

    [Theory]
    [InlineData("127.0.0.1:http", "\"http\" is no port")]
    [InlineData("127.0.0.1:65536", "\"65536\" is no port")]
    [InlineData("127.0.0.1:-1", "\"-1\" is no port")]
    [InlineData("127.0.0.1", "is no port")]
    [InlineData("::1:80", "[::1]:80")]
    [InlineData("[127.0.0.1]:80", "no IPv6 address")]
    [InlineData("unix:", "path of a Unix-domain socket")]
    public void Parse_OfSomethingElse_SaysWhatIsWrong(string text, string part) =>
        FluentActions.Invoking(() => Listener.Parse(text)).Should().Throw<FormatException>().Where(exception => exception.Message.Contains(part, StringComparison.Ordinal));

    [Fact]
    public void Conversions_FromTheOtherKinds_AreWhatTheySay()
    {
        ((Listener)8080).EndPoint.Should().Be(new IPEndPoint(IPAddress.IPv6Any, 8080));
        ((Listener)new IPEndPoint(IPAddress.Loopback, 1)).EndPoint.Should().Be(new IPEndPoint(IPAddress.Loopback, 1));
        ((Listener)new DnsEndPoint("localhost", 5)).EndPoint.Should().BeNull("a name is looked up at the start, as gevent's bind does");
        FluentActions.Invoking(() => (Listener)65536).Should().Throw<ArgumentOutOfRangeException>();
        using var unbound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        FluentActions.Invoking(() => (Listener)unbound).Should().Throw<ArgumentException>().WithMessage("*not bound*");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Start_OnEachForm_ListensThere(FiberKind kind) => OnHub.Run(kind, () =>
    {
        string path = Path.Combine(Path.GetTempPath(), $"patchy-{Path.GetRandomFileName()}.sock");
        foreach (string form in new[] { "127.0.0.1:0", ":0", "*:0", "[::1]:0", "0", "localhost:0", path })
        {
            using var server = new StreamServer(form, static (socket, address) => socket.Send("hello"u8));
            server.Start();
            Client.Ask(server.Address!, "").Should().Be("hello", "a server on {0} is reached at {1}", form, server.Address);
            if (form != path) server.ServerPort.Should().BePositive("after the start it is the real port");
            else server.ServerHost.Should().BeNull();
        }
        // 8080 and "8080" are any address of both families (gevent: AF_INET6 and the system's dual stack).
        using var dual = new StreamServer(0, static (socket, address) => socket.Send("both"u8));
        dual.Start();
        Client.Ask(new IPEndPoint(IPAddress.IPv6Loopback, dual.ServerPort), "").Should().Be("both");
        Client.Ask(new IPEndPoint(IPAddress.Loopback, dual.ServerPort), "").Should().Be("both");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Start_WhereAnotherListens_SaysWhichAddressIsInUse(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var first = new StreamServer("127.0.0.1:0", static (_, _) => { });
        first.Start();
        using var second = new StreamServer(first.Address!, static (_, _) => { });
        // SO_REUSEADDR, but not SO_REUSEPORT: gevent's error has the address in it, too.
        second.Invoking(static server => server.Start()).Should().Throw<SocketException>()
            .Where(exception => exception.SocketErrorCode == SocketError.AddressAlreadyInUse && exception.Message.Contains(first.Address!.ToString()!, StringComparison.Ordinal));
        second.Started.Should().BeFalse();
    });
}
