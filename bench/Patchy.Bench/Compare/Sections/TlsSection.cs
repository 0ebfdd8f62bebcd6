using Patchy.Bench.Running;

namespace Patchy.Bench.Compare.Sections;

internal sealed class TlsSection : Section
{
    public override string Name => "tls";

    public override int Order => 40;

    public override string Title => "TLS echo";

    public override string What => "The echo of 32 bytes through TLS 1.3 (AES-128-GCM): .NET's SslStream, Go's crypto/tls, Python's ssl, OpenSSL in C.";

    public override IEnumerable<string> Missing(Setup setup) =>
        setup.Load.HasTls ? [] : ["Not measured: the load generator has no TLS here. It needs gcc and OpenSSL's headers (package libssl-dev or openssl-devel)."];

    public override IEnumerable<Case> Cases(Setup setup)
    {
        if (!setup.Load.HasTls) yield break;
        (string certificate, string key) = Certificate.Write(Repository.Artifacts);
        int connections = setup.Size(100, 10);
        yield return new Case($"TLS echo, {connections:N0} connections", 3, setup.Served(setup.Servers, ["tls", certificate, key], $"connections={connections}", "tls=1"));
    }
}
