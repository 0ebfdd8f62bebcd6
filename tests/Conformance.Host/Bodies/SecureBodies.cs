using System.Net.Security;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>SslStream under load, with both directions at once, and when the connection ends.</summary>
[Sockets]
internal static class SecureBodies
{
    private static SslStream Client(Loopback pair)
    {
        var tls = new SslStream(new NetworkStream(pair.Client), false, (_, certificate, _, _) => certificate?.Subject == TlsBodies.Certificate.Subject);
        tls.AuthenticateAsClient("localhost");
        return tls;
    }

    private static SslStream Server(Loopback pair)
    {
        var tls = new SslStream(new NetworkStream(pair.Server));
        tls.AuthenticateAsServer(TlsBodies.Certificate);
        return tls;
    }

    [Body(MayHold = 600)]
    public static void BothDirectionsAtOnce_MoveAll(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] data = new byte[1_000_000];
        new Random(5).NextBytes(data);
        Partner echo = Partner.Start(kind, () =>
        {
            using SslStream tls = Server(pair);
            byte[] buffer = new byte[30_000];
            int left = data.Length;
            while (left > 0)
            {
                int n = tls.Read(buffer);
                tls.Write(buffer, 0, n);
                left -= n;
            }
        });
        using SslStream client = Client(pair);
        Partner writer = Partner.Start(() => client.Write(data));
        byte[] back = new byte[data.Length];
        o.Does("read", () => client.ReadExactly(back));
        Partner.JoinAll(writer, echo);
        o.Say("same", back.AsSpan().SequenceEqual(data));
    }

    [Body(Blocks = 30, MayHold = 600)]
    public static void TimeoutsAndEnds_AreAsNatively(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        using var go = new ManualResetEventSlim();
        Partner peer = Partner.Start(kind, () =>
        {
            using SslStream tls = Server(pair);
            go.Wait();
            tls.Write([1, 2]);
            Outcome.Settle();
            pair.Server.Shutdown(SocketShutdown.Send); // without the alert that TLS wants
        });
        using SslStream client = Client(pair);
        client.ReadTimeout = 40;
        client.WriteTimeout = 60;
        o.Say("timeouts", $"{client.ReadTimeout} {client.WriteTimeout} {client.CanTimeout}");
        o.Took("read", 40, () => client.ReadByte());
        go.Set();
        client.ReadTimeout = 5000;
        o.Does("after a timeout", () => client.ReadByte());
        o.Does("the end", () =>
        {
            client.ReadByte();
            return client.ReadByte();
        });
        peer.Join();
        o.Took("write", 55, () => client.Write(new byte[16_000_000]));
    }

    [Body(Blocks = 30, MayHold = 600)]
    public static void Close_UnderARead_EndsIt(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        Partner peer = Partner.Start(kind, () =>
        {
            SslStream tls = Server(pair);
            Outcome.Settle();
            pair.Client.Dispose();
        });
        using SslStream client = Client(pair);
        o.Took("read", 30, () =>
        {
            try
            {
                return client.ReadByte() == -1 ? "ended" : "a byte?";
            }
            catch (IOException)
            {
                return "ended"; // the end and the close race natively
            }
        });
        peer.Join();
    }
}
