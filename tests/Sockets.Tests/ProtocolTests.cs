using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FluentAssertions;
using Patchy.Scenarios.Faults;
using Xunit;

namespace Patchy.Sockets.Tests;

/// <summary>Unmodified blocking code on top of sockets: it works, and others run while the server lets it wait.</summary>
public sealed class ProtocolTests
{
    public static TheoryData<FiberKind> Kinds => OnHub.Kinds;

    /// <summary>A small HTTP server on greenlets: it thinks for a while, then answers with the path.</summary>
    private static Socket ServeHttp(Progress progress)
    {
        Socket listener = Wires.Listen();
        Greenlet.Spawn(() => Acceptor.Run(listener, client =>
        {
            using var stream = new NetworkStream(client);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            string request = reader.ReadLine()!;
            while (reader.ReadLine() is { Length: > 0 }) { }
            progress.Pass();
            string body = request.Split(' ')[1];
            stream.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
        }));
        return listener;
    }

    private static void CooperativeHttp(FiberKind kind, Func<string, string> get) => OnHub.Run(kind, () =>
    {
        using var progress = new Progress();
        using Socket server = ServeHttp(progress);
        string body = "";
        int ticks = progress.During(() => body = get($"http://{server.LocalEndPoint}/hello"));
        body.Should().Be("/hello");
        ticks.Should().BeGreaterThan(Progress.Some);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void HttpClientSend_Synchronous_IsCooperative(FiberKind kind) => CooperativeHttp(kind, url =>
    {
        using var client = new HttpClient();
        using HttpResponseMessage response = client.Send(new HttpRequestMessage(HttpMethod.Get, url));
        using var reader = new StreamReader(response.Content.ReadAsStream());
        return reader.ReadToEnd();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void HttpWebRequest_IsCooperative(FiberKind kind) => CooperativeHttp(kind, url =>
    {
        using WebResponse response = WebRequest.CreateHttp(url).GetResponse();
        using var reader = new StreamReader(response.GetResponseStream());
        return reader.ReadToEnd();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WebClient_IsCooperative(FiberKind kind) => CooperativeHttp(kind, url =>
    {
        using var client = new WebClient();
        return client.DownloadString(url);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SslStream_HandshakeAndData_AreCooperative(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        (Socket near, Socket far) = Wires.Pair();
        using var progress = new Progress();
        Greenlet server = Greenlet.Spawn(() =>
        {
            using var tls = new SslStream(new NetworkStream(far, ownsSocket: true));
            tls.AuthenticateAsServer(certificate);
            progress.Pass();
            byte[] buffer = new byte[100];
            int count = tls.ReadAtLeast(buffer, 5);
            tls.Write(buffer, 0, count);
        });
        using var stream = new SslStream(new NetworkStream(near, ownsSocket: true), false, (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString());
        byte[] answer = new byte[5];
        int ticks = progress.During(() =>
        {
            stream.AuthenticateAsClient("localhost");
            stream.Write("hello"u8);
            stream.ReadExactly(answer);
        });
        Encoding.ASCII.GetString(answer).Should().Be("hello");
        ticks.Should().BeGreaterThan(Progress.Some);
        server.Get();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TcpListenerClientAndUdpClient_AreCooperative(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var udp = new UdpClient(0, AddressFamily.InterNetwork);
        using var progress = new Progress();
        bool reads = false, receives = false;
        Greenlet.Spawn(() =>
        {
            using TcpClient served = listener.AcceptTcpClient();
            while (!reads) Thread.Sleep(1);
            progress.Pass();
            served.GetStream().Write([9, 8, 7]);
            while (!receives) Thread.Sleep(1);
            progress.Pass();
            using var other = new UdpClient();
            other.Send([5], 1, new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)udp.Client.LocalEndPoint!).Port));
        });
        using var client = new TcpClient("localhost", ((IPEndPoint)listener.LocalEndpoint).Port);
        byte[] buffer = new byte[3];
        progress.During(() =>
        {
            reads = true;
            client.GetStream().ReadExactly(buffer);
        }).Should().BeGreaterThan(Progress.Some);
        buffer.Should().Equal(9, 8, 7);
        IPEndPoint? from = null;
        byte[] datagram = [];
        progress.During(() =>
        {
            receives = true;
            datagram = udp.Receive(ref from);
        }).Should().BeGreaterThan(Progress.Some);
        datagram.Should().Equal(5);
        listener.Stop();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ManyConnections_OnGreenThreads_AreServedByOneCarrier(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using Socket listener = Wires.Listen(512);
        int carrier = 0, served = 0;
        Thread acceptor = Wires.Start(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                Socket client = listener.Accept();
                Wires.Start(() =>
                {
                    byte[] buffer = new byte[64];
                    int count;
                    while ((count = client.Receive(buffer)) > 0) client.Send(buffer, count, SocketFlags.None);
                    client.Dispose();
                    served++;
                });
            }
        });
        Thread[] clients = Enumerable.Range(0, 200).Select(i => Wires.Start(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(listener.LocalEndPoint!);
            byte[] buffer = new byte[4];
            for (int round = 0; round < 10; round++)
            {
                socket.Send(BitConverter.GetBytes(i * 100 + round));
                int got = 0;
                while (got < 4) got += socket.Receive(buffer, got, 4 - got, SocketFlags.None);
                if (BitConverter.ToInt32(buffer) == i * 100 + round) carrier++;
            }
        })).ToArray();
        foreach (Thread client in clients) client.Join();
        acceptor.Join();
        carrier.Should().Be(2000);
        SpinWait.SpinUntil(() => served == 200, 10_000).Should().BeTrue("{0} of 200 ended", served);
    });
}
