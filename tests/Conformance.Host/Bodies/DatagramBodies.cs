using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>UDP and Unix-domain sockets.</summary>
[Sockets]
internal static class DatagramBodies
{
    private static Socket Bound()
    {
        var s = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        s.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return AsyncReader.Attach(s);
    }

    [Body(Blocks = 30)]
    public static void ReceiveFrom_NothingThere_Waits(Outcome o, PartnerKind kind)
    {
        using Socket a = Bound();
        using Socket b = Bound();
        Partner sender = Partner.Later(kind, () => a.SendTo([1, 2], b.LocalEndPoint!));
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        byte[] y = new byte[4];
        o.Took("ReceiveFrom", 30, () => b.ReceiveFrom(y, ref from));
        o.Say("from the sender", from.Equals(a.LocalEndPoint));
        o.Say("bytes", y);
        sender.Join();
    }

    [Body(Blocks = 30)]
    public static void EveryOverload_MovesTheDatagram(Outcome o, PartnerKind kind)
    {
        using Socket a = Bound();
        using Socket b = Bound();
        b.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.PacketInformation, true);
        EndPoint to = b.LocalEndPoint!;
        byte[] x = [1, 2, 3, 4];
        byte[] y = new byte[8];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        SocketFlags flags = SocketFlags.None;
        IPPacketInformation info = default;
        var address = new SocketAddress(AddressFamily.InterNetwork);
        foreach ((string name, Func<object?> send, Func<object?> receive) in new (string, Func<object?>, Func<object?>)[]
        {
            ("array", () => a.SendTo(x, to), () => b.ReceiveFrom(y, ref from)),
            ("size", () => a.SendTo(x, 2, SocketFlags.None, to), () => b.ReceiveFrom(y, 2, SocketFlags.None, ref from)),
            ("offset", () => a.SendTo(x, 1, 2, SocketFlags.None, to), () => b.ReceiveFrom(y, 3, 2, SocketFlags.None, ref from)),
            ("span", () => a.SendTo(x.AsSpan(), SocketFlags.None, to), () => b.ReceiveFrom(y.AsSpan(), SocketFlags.None, ref from)),
            ("address", () => a.SendTo(x.AsSpan(), SocketFlags.None, to.Serialize()), () => b.ReceiveFrom(y.AsSpan(), SocketFlags.None, address)),
            ("message", () => a.SendTo(x, to), () => b.ReceiveMessageFrom(y, 0, 8, ref flags, ref from, out info)),
            ("message span", () => a.SendTo(x, to), () => b.ReceiveMessageFrom(y.AsSpan(), ref flags, ref from, out info)),
            ("peek", () => a.SendTo(x, to), () => b.ReceiveFrom(y, SocketFlags.Peek, ref from)),
            ("too small", () => 0, () => b.ReceiveFrom(y, 2, SocketFlags.None, ref from)),
        })
        {
            Array.Clear(y);
            Partner sender = Partner.Start(kind, () =>
            {
                Thread.Sleep(10);
                o.Does(name + " sent", send);
            });
            o.Does(name + " received", () =>
            {
                object? n = receive();
                sender.Join();
                return n;
            });
            o.Say(name, y);
        }

        o.Say("info", info.Address);
    }

    [Body(Blocks = 60)]
    public static void ReceiveTimeout_Passes_Throws(Outcome o)
    {
        using Socket b = Bound();
        b.ReceiveTimeout = 60;
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        o.Took("ReceiveFrom", 60, () => b.ReceiveFrom(new byte[4], ref from));
        SocketFlags flags = SocketFlags.None;
        o.Took("ReceiveMessageFrom", 60, () => b.ReceiveMessageFrom(new byte[4], 0, 4, ref flags, ref from, out _));
    }

    [Body(Blocks = 30)]
    public static void Dispose_WhileReceiving_Throws(Outcome o, PartnerKind kind)
    {
        Socket b = Bound();
        Partner other = Partner.Later(kind, () => b.Dispose());
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        o.Took("ReceiveFrom", 30, () => b.ReceiveFrom(new byte[4], ref from));
        other.Join();
    }

    [Body(Blocks = 30)]
    public static void UdpClient_SendAndReceive_Work(Outcome o, PartnerKind kind)
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var client = new UdpClient();
        client.Connect((IPEndPoint)server.Client.LocalEndPoint!);
        AsyncReader.Attach(server.Client);
        AsyncReader.Attach(client.Client);
        Partner echo = Partner.Start(kind, () =>
        {
            IPEndPoint? from = null;
            byte[] got = server.Receive(ref from);
            Outcome.Settle();
            server.Send(got, got.Length, from);
        });
        o.Does("Send", () => client.Send([4, 5, 6], 3));
        IPEndPoint? back = null;
        o.Took("Receive", 30, () => client.Receive(ref back));
        echo.Join();
    }

    [Body(Blocks = 30)]
    public static void UnixDomain_Stream_Works(Outcome o, PartnerKind kind)
    {
        string path = Path.Combine(Path.GetTempPath(), $"patchy-{Guid.NewGuid():N}.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(4);
        Partner server = Partner.Start(kind, () =>
        {
            using Socket s = AsyncReader.Attach(listener.Accept());
            byte[] buffer = new byte[16];
            int n = s.Receive(buffer);
            Outcome.Settle();
            s.Send(buffer, n, SocketFlags.None);
        });
        using (var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            o.Does("Connect", () => client.Connect(new UnixDomainSocketEndPoint(path)));
            AsyncReader.Attach(client);
            o.Does("Send", () => client.Send([1, 2, 3]));
            byte[] y = new byte[4];
            o.Took("Receive", 30, () => client.Receive(y));
            o.Say("bytes", y);
            server.Join();
            o.Does("end", () => client.Receive(y));
        }

        using var nobody = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        o.Does("no such file", () => nobody.Connect(new UnixDomainSocketEndPoint(path + ".none")));
        listener.Dispose();
        o.Does("refused", () => nobody.Connect(new UnixDomainSocketEndPoint(path)));
        File.Delete(path);
    }

    [Body(Blocks = 30)]
    public static void UnixDomain_BacklogFull_ConnectWaits(Outcome o)
    {
        // A non-blocking connect would fail at once with EAGAIN: the call must wait as a blocking one does.
        string path = Path.Combine(Path.GetTempPath(), $"patchy-{Guid.NewGuid():N}.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(0);
        int connected = 0;
        Partner[] clients = [.. Enumerable.Range(0, 4).Select(_ => Partner.Start(() =>
        {
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            client.Connect(new UnixDomainSocketEndPoint(path));
            Interlocked.Increment(ref connected);
            client.Receive(new byte[1]);
        }))];
        Outcome.Settle();
        o.Say("connected before", Volatile.Read(ref connected) < 4);
        for (int i = 0; i < 4; i++)
        {
            using Socket s = listener.Accept();
            s.Send([1]);
        }

        Partner.JoinAll(clients);
        o.Say("connected", connected);
        File.Delete(path);
    }
}
