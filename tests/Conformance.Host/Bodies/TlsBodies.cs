using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Patchy.Conformance.Bodies;

/// <summary>SslStream over a loopback pair.</summary>
[Sockets]
internal static class TlsBodies
{
    private static readonly Lazy<X509Certificate2> s_certificate = new(() =>
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    });

    public static X509Certificate2 Certificate => s_certificate.Value;

    [Body(MayHold = 600)]
    public static void Handshake_ReadAndWrite_Work(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        Partner server = Partner.Start(kind, () =>
        {
            using var tls = new SslStream(new NetworkStream(pair.Server));
            tls.AuthenticateAsServer(Certificate);
            byte[] buffer = new byte[4096];
            int n;
            while ((n = tls.Read(buffer)) > 0)
            {
                Thread.Sleep(2);
                tls.Write(buffer, 0, n);
            }
        });
        using (var tls = new SslStream(new NetworkStream(pair.Client), false, (_, certificate, _, _) => certificate?.Subject == Certificate.Subject))
        {
            o.Does("authenticate", () => tls.AuthenticateAsClient("localhost"));
            o.Say("secure", $"{tls.IsAuthenticated} {tls.IsEncrypted} {tls.RemoteCertificate?.Subject}");
            byte[] back = new byte[3];
            for (int i = 0; i < 5; i++)
            {
                tls.Write([1, 2, (byte)i]);
                o.Does("echo", () =>
                {
                    tls.ReadExactly(back);
                    return back;
                });
            }

            tls.ShutdownAsync().Wait();
        }

        pair.Client.Shutdown(SocketShutdown.Send);
        server.Join();
    }

    [Body(MayHold = 600)]
    public static void Handshake_UntrustedCertificate_Throws(Outcome o)
    {
        using var pair = new Loopback();
        Partner server = Partner.Start(() =>
        {
            using var tls = new SslStream(new NetworkStream(pair.Server));
            try
            {
                tls.AuthenticateAsServer(Certificate);
                tls.ReadByte();
            }
            catch (Exception e) when (e is IOException or AuthenticationException)
            {
                // What the server sees depends on how far the client came: not compared.
            }
        });
        using (var tls = new SslStream(new NetworkStream(pair.Client)))
            o.Does("authenticate", () => tls.AuthenticateAsClient("localhost"));
        pair.Client.Close();
        server.Join();
    }

    [Body(Blocks = 40, MayHold = 600)]
    public static void Read_Timeout_Throws(Outcome o)
    {
        using var pair = new Loopback();
        using var done = new ManualResetEventSlim();
        Partner server = Partner.Start(() =>
        {
            using var tls = new SslStream(new NetworkStream(pair.Server));
            tls.AuthenticateAsServer(Certificate);
            tls.WriteByte(1);
            done.Wait();
        });
        using (var tls = new SslStream(new NetworkStream(pair.Client), false, (_, certificate, _, _) => certificate?.Subject == Certificate.Subject))
        {
            tls.AuthenticateAsClient("localhost");
            o.Does("byte", () => tls.ReadByte());
            tls.ReadTimeout = 60;
            o.Took("ReadByte", 60, () => tls.ReadByte());
        }

        done.Set();
        server.Join();
    }
}
