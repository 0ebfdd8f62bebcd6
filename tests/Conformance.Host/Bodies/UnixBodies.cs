using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>Unix-domain sockets: streams, datagrams and sequenced packets, in the file system and abstract.</summary>
[Sockets]
internal static class UnixBodies
{
    private static string NewPath() => Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    private static (Socket Client, Socket Server, string Path) Pair(SocketType type)
    {
        string path = NewPath();
        using var listener = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var client = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        return (AsyncReader.Attach(client), AsyncReader.Attach(listener.Accept()), path);
    }

    [Body(Blocks = 30)]
    public static void Stream_LargeTransferTimeoutsAndEnds(Outcome o, PartnerKind kind)
    {
        (Socket client, Socket server, string path) = Pair(SocketType.Stream);
        byte[] data = new byte[2_000_000];
        new Random(9).NextBytes(data);
        server.ReceiveTimeout = 40;
        o.Took("timeout", 40, () => server.Receive(new byte[1]));
        server.ReceiveTimeout = 0;
        Partner sender = Partner.Later(kind, () =>
        {
            client.Send(data);
            client.Shutdown(SocketShutdown.Send);
        });
        byte[] got = Loopback.ReceiveAll(server, data.Length);
        sender.Join();
        o.Say("same", got.AsSpan().SequenceEqual(data));
        o.Does("end", () => server.Receive(got));
        client.SendTimeout = 40;
        server.SendTimeout = 40;
        o.Took("send timeout", 38, () => server.Send(data));
        Partner closer = Partner.Later(kind, () => client.Dispose());
        server.SendTimeout = 0;
        Loopback.WaitInTheBcl(server);
        o.Took("peer closes under a send", 30, () => server.Send(data));
        closer.Join();
        server.Dispose();
        File.Delete(path);
    }

    [Body(Blocks = 30)]
    public static void Stream_DisposedUnderReceive(Outcome o, PartnerKind kind)
    {
        (Socket client, Socket server, string path) = Pair(SocketType.Stream);
        Partner closer = Partner.Later(kind, () => server.Dispose());
        o.Took("receive", 30, () => server.Receive(new byte[1]));
        closer.Join();
        o.Does("peer sees", () => client.Receive(new byte[1]));
        o.Does("peer sends", () => client.Send([1]));
        client.Dispose();
        File.Delete(path);
    }

    [Body(Blocks = 20)]
    public static void Datagram_KeepsItsBorders(Outcome o, PartnerKind kind)
    {
        string one = NewPath(), two = NewPath();
        using var a = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        using var b = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        a.Bind(new UnixDomainSocketEndPoint(one));
        b.Bind(new UnixDomainSocketEndPoint(two));
        AsyncReader.Attach(b);
        Partner sender = Partner.Start(kind, () =>
        {
            Thread.Sleep(30);
            a.SendTo([1, 2, 3], new UnixDomainSocketEndPoint(two));
            a.SendTo([4], new UnixDomainSocketEndPoint(two));
        });
        byte[] y = new byte[8];
        EndPoint from = new UnixDomainSocketEndPoint(NewPath());
        o.Does("receive from", () => b.ReceiveFrom(y, ref from));
        o.Say("from", from.ToString() == one);
        o.Does("receive", () => b.Receive(y));
        sender.Join();
        a.Connect(new UnixDomainSocketEndPoint(two));
        o.Does("connected", () => a.Send([5, 5]));
        o.Does("arrives", () => b.Receive(y));
        o.Does("nobody", () => a.SendTo([1], new UnixDomainSocketEndPoint(one + ".none")));
        File.Delete(one);
        File.Delete(two);
    }

    [Body(Blocks = 20)]
    public static void Datagram_ReceiverIsFull_SendWaits(Outcome o, PartnerKind kind)
    {
        // A full Unix-domain datagram queue blocks the sender; nothing is dropped.
        string path = NewPath();
        using var a = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        using var b = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        b.Bind(new UnixDomainSocketEndPoint(path));
        AsyncReader.Attach(b);
        a.Connect(new UnixDomainSocketEndPoint(path));
        int sum = 0;
        Partner reader = Partner.Later(kind, () =>
        {
            byte[] y = new byte[8];
            for (int i = 0; i < 600; i++)
            {
                b.Receive(y);
                sum += y[0];
            }
        });
        o.Took("600 sends", 30, () =>
        {
            for (int i = 0; i < 600; i++) a.Send([(byte)i]);
            return "sent";
        });
        reader.Join();
        o.Say("sum", sum);
        File.Delete(path);
    }

    [Body(Blocks = 20)]
    public static void SequencedPackets_KeepTheirBorders(Outcome o, PartnerKind kind)
    {
        (Socket client, Socket server, string path) = Pair(SocketType.Seqpacket);
        Partner sender = Partner.Start(kind, () =>
        {
            Thread.Sleep(30);
            client.Send([1, 2, 3]);
            client.Send([4, 5]);
            client.Shutdown(SocketShutdown.Send);
        });
        byte[] y = new byte[8];
        o.Does("one", () => server.Receive(y));
        o.Does("cut", () => server.Receive(y, 1, SocketFlags.None));
        o.Does("end", () => server.Receive(y));
        sender.Join();
        o.Does("other way", () => server.Send([7]));
        o.Does("arrives", () => client.Receive(y));
        client.Dispose();
        server.Dispose();
        File.Delete(path);
    }

    [Body]
    public static void Abstract_NeedsNoFile(Outcome o)
    {
        var name = new UnixDomainSocketEndPoint("\0patchy-" + Guid.NewGuid());
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(name);
        listener.Listen(1);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        o.Does("connect", () => client.Connect(name));
        using Socket server = listener.Accept();
        o.Does("send", () => server.Send([1, 2]));
        o.Does("receive", () => client.Receive(new byte[4]));
        o.Does("too long", () => new UnixDomainSocketEndPoint(new string('x', 200)));
    }
}
