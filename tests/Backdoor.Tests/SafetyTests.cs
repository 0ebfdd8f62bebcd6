using System.Net;
using System.Net.Sockets;
using System.Text;
using FluentAssertions;

namespace Patchy.Backdoor.Tests;

/// <summary>Who may connect, and what is not listened to.</summary>
public sealed class SafetyTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [InlineData(":0")]
    [InlineData("0")]
    [InlineData("[::]:0")]
    [InlineData("192.0.2.1:0")]
    public void Start_OnAnAddressOfOthers_IsRefused(string address) => OnHub.Run(FiberKind.Kernel, () =>
    {
        using var server = new BackdoorServer(address);
        Action start = server.Start;
        start.Should().Throw<InvalidOperationException>("it was not asked for").WithMessage("*without a password*127.0.0.1:PORT*AllowRemote*");
        server.Started.Should().BeFalse();
    });

    [Fact]
    public void Start_OnAnAddressOfOthers_IsDoneWhenAskedFor() => OnHub.Run(FiberKind.Kernel, () =>
    {
        using var server = new BackdoorServer("0.0.0.0:0") { AllowRemote = true };
        server.Start();
        server.Started.Should().BeTrue();
        server.Invoking(static running => running.AllowRemote = false).Should().Throw<InvalidOperationException>();

        using var given = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        given.Bind(new IPEndPoint(IPAddress.Any, 0));
        given.Listen();
        using var socket = new BackdoorServer(given);
        socket.Invoking(static server => server.Start()).Should().Throw<InvalidOperationException>("a socket that is given is looked at, too");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void UnixSocket_OfABackdoor_IsForItsUserAlone(FiberKind kind) => OnHub.Run(kind, () =>
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("backdoor-");
        try
        {
            string path = Path.Combine(folder.FullName, "prompt.sock");
            using var server = new BackdoorServer(path, new { x = 5 });
            server.Start();
            if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            using Client client = Client.Of(server);
            client.Ask("x").Should().Be("5\n");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    });

    [Theory]
    [InlineData("GET /?x=Environment.Exit(1) HTTP/1.1")]
    [InlineData("POST / HTTP/1.1")]
    [InlineData("POST /")]
    [InlineData("PRI * HTTP/2.0")]
    [InlineData("SOMETHING http://x/ HTTP/1.0")]
    public void Request_OfABrowser_EndsTheSessionUnread(string request) => OnHub.Run(FiberKind.Kernel, () =>
    {
        var proof = new List<int>();
        using var server = new BackdoorServer("127.0.0.1:0", new { proof });
        server.Start();
        using Client client = Client.Open(server);
        client.Send($"{request}\r\nHost: 127.0.0.1\r\nContent-Length: 14\r\n\r\nproof.Add(1);\r\n");
        client.ToEnd().Should().StartWith(">>> This is a prompt for C#").And.NotContain("error");
        OnHub.Until(() => server.Pool!.Count == 0).Should().BeTrue();
        proof.Should().BeEmpty("a page of a stranger can make a browser send it to any port of the machine");
        server.Started.Should().BeTrue();
    });

    [Theory]
    [InlineData("one line", "1234567890123456789012345678901234567890\n")]
    [InlineData("no end of line", "12345678901234567890123456789012345678901234567890x")]
    [InlineData("many lines", "{\n//////////\n//////////\n//////////\n\n")]
    public void Input_ThatIsTooLong_EndsTheSession(string what, string input) => OnHub.Run(FiberKind.Kernel, () =>
    {
        using var server = new BackdoorServer("127.0.0.1:0") { MaxInput = 30 };
        server.Start();
        using Client client = Client.Of(server);
        client.Send(input);
        client.ToEnd().Should().EndWith("An input has 30 characters at most (BackdoorServer.MaxInput).\n", what);
        using Client next = Client.Of(server);
        next.Ask("1").Should().Be("1\n");
    });

    [Fact]
    public void Telnet_ThatNegotiates_IsUnderstood() => OnHub.Run(FiberKind.Kernel, () =>
    {
        using var server = new BackdoorServer("127.0.0.1:0");
        server.Start();
        using Client client = Client.Of(server);
        client.Send([0xFF, 0xFD, 0x03, 0xFF, 0xFB, 0x18, 0xFF, 0xFA, 0x18, 0x00, (byte)'x', 0xFF, 0xFF, (byte)'y', 0xFF, 0xF0, .. "1 + "u8, 0xFF, 0xF1]);
        client.Send("2\r\0"); // a character at a time
        client.Until(Client.Prompt).Should().Be("3\n");
        client.Ask("int Half(", Client.Continuation);
        client.Send([0xFF, 0xF4, 0xFF, 0xFD, 0x06]); // Ctrl+C
        client.Until(Client.Prompt).Should().Be("\n", "what was begun is forgotten");
        client.Ask("\"\u00fc\u20ac\u0001\".Length").Should().Be("3\n");
        byte[] half = Encoding.UTF8.GetBytes("\"\u20ac\"\n");
        client.Send(half[..2]);
        Greenlet.Sleep(TimeSpan.FromMilliseconds(20));
        client.Send(half[2..]);
        client.Until(Client.Prompt).Should().Be("\"\u20ac\"\n", "a character may come in pieces");
    });
}
