using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FluentAssertions;

namespace Patchy.Servers.Tests;

/// <summary>StreamServer with a certificate. The handler's stream is cooperative without any patch.</summary>
public sealed class TlsTests
{
    private static readonly X509Certificate2 s_certificate = MakeCertificate();

    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Connection_WithTls_IsHandedOverAfterTheHandshake(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var others = new Progress();
        using var server = new StreamServer("127.0.0.1:0", s_certificate, static (stream, _) =>
        {
            stream.IsAuthenticated.Should().BeTrue();
            byte[] buffer = new byte[16];
            int count = stream.Read(buffer);
            stream.Write(buffer.AsSpan(0, count));
            stream.Write("!"u8);
        });
        server.TlsEnabled.Should().BeTrue();
        server.Start();
        int ticks = others.During(() => Ask(server, others.Pass).Should().Be("hello!"));
        ticks.Should().BeGreaterThan(Progress.Some, "the handshake and the read of the stream give the turn away, patched or not");
        server.SetTlsHandle(static (stream, _) => Answer(stream, "other"));
        Ask(server).Should().Be("other");
        server.Invoking(static tls => tls.SetHandle(static (_, _) => { })).Should().Throw<InvalidOperationException>().WithMessage("*speaks TLS*");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Client_ThatNeverSpeaks_LosesItsSlotAfterTheLimit(FiberKind kind) => OnHub.Run(kind, () =>
    {
        const double Longest = 16;
        for (double limit = 0.25; limit <= Longest; limit *= 8)
        {
            using var errors = new Errors();
            var options = new SslServerAuthenticationOptions { ServerCertificate = s_certificate };
            using var server = new StreamServer("127.0.0.1:0", options, static (stream, _) => Answer(stream, "served")) { Spawn = 1, HandshakeTimeout = TimeSpan.FromSeconds(limit) };
            server.Start();
            Task<string> silent = Client.Start(() => Client.AskHere(server.Address!, ""));
            OnHub.Until(() => server.Pool!.Count == 1).Should().BeTrue();
            string answer;
            try
            {
                answer = Ask(server);
            }
            catch (Exception) when (limit < Longest)
            {
                continue; // the machine is so slow that the limit hit the one that does speak, too
            }
            if (answer != "served" && limit < Longest) continue;
            answer.Should().Be("served", "the only slot is free again after the limit");
            Greenlet.Await(silent).Should().BeEmpty();
            errors.Exceptions.Should().ContainSingle().Which.Should().BeOfType<TimeoutException>().Which.Message.Should().Contain($"{limit.ToString(System.Globalization.CultureInfo.InvariantCulture)} s");
            return;
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Client_ThatSpeaksSomethingElse_IsReportedAndDropped(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var errors = new Errors();
        using var server = new StreamServer("127.0.0.1:0", s_certificate, static (stream, _) => Answer(stream, "served"));
        server.Start();
        _ = Client.Ask(server.Address!, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Ask(server).Should().Be("served");
        errors.Exceptions.Should().ContainSingle().Which.Should().Match<Exception>(static error => error is AuthenticationException || error is IOException);
    });

    // What a handler leaves unread makes the kernel reset the connection, and the client may lose the answer.
    private static void Answer(SslStream stream, string text)
    {
        _ = stream.ReadByte();
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }

    private static string Ask(StreamServer server, Action? pause = null) => Client.Natively(() =>
    {
        using Socket socket = Client.Connect(server.Address!);
        using var stream = new SslStream(new NetworkStream(socket), false, static (_, found, _, _) => found?.GetCertHashString() == s_certificate.GetCertHashString());
        pause?.Invoke();
        stream.AuthenticateAsClient("localhost");
        pause?.Invoke();
        stream.Write("hello"u8);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    private static X509Certificate2 MakeCertificate()
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(20));
    }
}
