using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Patchy.Bench.Servers;

/// <summary>Sends back what comes, through SslStream.</summary>
internal sealed class TlsWork : IServerWork
{
    private readonly SslServerAuthenticationOptions _options;

    public TlsWork(string certificate, string key)
    {
        X509Certificate2 pem = X509Certificate2.CreateFromPemFile(certificate, key); // the context goes on using it
        _options = new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(pem, null, offline: true) };
    }

    public void Serve(Socket connection)
    {
        connection.NoDelay = true;
        using var stream = new SslStream(new NetworkStream(connection, ownsSocket: true));
        stream.AuthenticateAsServer(_options);
        var buffer = new byte[EchoWork.UsualBufferBytes];
        int length;
        while ((length = stream.Read(buffer)) > 0) stream.Write(buffer, 0, length);
    }

    public async Task ServeAsync(Socket connection)
    {
        connection.NoDelay = true;
        await using var stream = new SslStream(new NetworkStream(connection, ownsSocket: true));
        await stream.AuthenticateAsServerAsync(_options);
        var buffer = new byte[EchoWork.UsualBufferBytes];
        int length;
        while ((length = await stream.ReadAsync(buffer)) > 0) await stream.WriteAsync(buffer.AsMemory(0, length));
    }
}
