using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Patchy.Bench.Compare;

/// <summary>A certificate of its own for the servers that speak TLS, as every peer can read it.</summary>
internal static class Certificate
{
    /// <summary>Writes it anew and returns the paths of the certificate and of its key.</summary>
    public static (string Certificate, string Key) Write(string folder)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string certificatePath = Path.Combine(folder, "certificate.pem"), keyPath = Path.Combine(folder, "key.pem");
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        return (certificatePath, keyPath);
    }
}
