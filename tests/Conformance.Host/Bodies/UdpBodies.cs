using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>UDP beyond the plain case: connected, refused, empty, too large, to many, over IPv6; and UdpClient.</summary>
[Sockets]
internal static class UdpBodies
{
    private static Socket Bound(AddressFamily family = AddressFamily.InterNetwork)
    {
        var s = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        s.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));
        return AsyncReader.Attach(s);
    }

    [Body(Blocks = 30)]
    public static void Connected_TalksToOnePeerOnly(Outcome o, PartnerKind kind)
    {
        using Socket a = Bound(), b = Bound(), stranger = Bound();
        a.Connect(b.LocalEndPoint!);
        b.Connect(a.LocalEndPoint!);
        Partner sender = Partner.Later(kind, () =>
        {
            stranger.SendTo([9, 9, 9], b.LocalEndPoint!);
            a.Send([1, 2]);
        });
        byte[] y = new byte[8];
        o.Took("Receive", 30, () => b.Receive(y));
        sender.Join();
        o.Does("list", () => a.Send([new ArraySegment<byte>([3]), new ArraySegment<byte>([4, 5])]));
        o.Does("list arrives", () => b.Receive([new ArraySegment<byte>(y, 0, 2), new ArraySegment<byte>(y, 4, 4)]));
        o.Say("bytes", y);
        o.Does("send to", () => a.SendTo([7], b.LocalEndPoint!));
        o.Does("arrives", () => b.Receive(y));
        o.Does("to a stranger", () => a.SendTo([7], stranger.LocalEndPoint!));
        o.Does("not connected", () => stranger.Send([1]));
    }

    [Body(Blocks = 20, NoReader = "The refusal is reported once: to the reader.")]
    public static void Connected_NobodyThere_IsRefused(Outcome o)
    {
        using Socket nobody = Loopback.RefusingDatagrams(), a = Bound();
        a.Connect(nobody.LocalEndPoint!);
        Partner sender = Partner.Later(() => a.Send([1]));
        o.Took("Receive", 30, () => a.Receive(new byte[4]));
        sender.Join();
        o.Does("send", () => a.Send([1]));
        Outcome.Settle(); // the answer that nobody is there comes a little later on a busy machine
        o.Does("the next send", () => a.Send([1]));
        Outcome.Settle();
        o.Does("poll", () => $"{a.Poll(0, SelectMode.SelectRead)} {a.Poll(0, SelectMode.SelectError)}");
        a.ReceiveTimeout = 30;
        o.Does("receive after a refusal", () => a.Receive(new byte[4]));
        o.Took("then it waits again", 30, () => a.Receive(new byte[4]));
    }

    [Body(Blocks = 20)]
    public static void EmptyDatagrams_AreNoEnd(Outcome o, PartnerKind kind)
    {
        using Socket a = Bound(), b = Bound();
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        Partner sender = Partner.Start(kind, () =>
        {
            Thread.Sleep(30);
            a.SendTo([], b.LocalEndPoint!);
            a.SendTo([1], b.LocalEndPoint!);
        });
        o.Does("empty", () => b.ReceiveFrom(new byte[4], ref from));
        o.Say("from", from.Equals(a.LocalEndPoint));
        o.Does("next", () => b.ReceiveFrom(new byte[4], ref from));
        sender.Join();
    }

    [Body]
    public static void TooLarge_AndTooSmall(Outcome o)
    {
        using Socket a = Bound(), b = Bound();
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        o.Does("65,508 bytes", () => a.SendTo(new byte[65508], b.LocalEndPoint!));
        o.Does("65,507 bytes", () => a.SendTo(new byte[65507], b.LocalEndPoint!));
        o.Does("arrive", () => b.ReceiveFrom(new byte[70000], ref from));
        SocketFlags flags = SocketFlags.None;
        a.SendTo(new byte[100], b.LocalEndPoint!);
        o.Does("truncated message", () => $"{b.ReceiveMessageFrom(new byte[10], 0, 10, ref flags, ref from, out IPPacketInformation info)} {flags} {info.Interface >= 0}");
        a.SendTo(new byte[100], b.LocalEndPoint!);
        o.Does("truncated", () => b.ReceiveFrom(new byte[10], ref from));
        a.SendTo(new byte[100], b.LocalEndPoint!);
        flags = SocketFlags.Peek;
        o.Does("peeked message", () => $"{b.ReceiveMessageFrom(new byte[10], 0, 10, ref flags, ref from, out _)} {flags}");
        o.Does("truncated list", () => b.Receive([new ArraySegment<byte>(new byte[3]), new ArraySegment<byte>(new byte[4])]));
        o.Does("span", () => a.SendTo(new byte[5].AsSpan(), b.LocalEndPoint!));
        o.Does("empty buffer takes a datagram", () => b.ReceiveFrom([], ref from));
        b.ReceiveTimeout = 20;
        o.Took("nothing left", 20, () => b.ReceiveFrom(new byte[4], ref from));
    }

    [Body]
    public static void BadArguments_Throw(Outcome o)
    {
        using Socket a = Bound();
        using var unbound = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        EndPoint from = new IPEndPoint(IPAddress.Any, 0), six = new IPEndPoint(IPAddress.IPv6Any, 0), none = null!;
        byte[] y = new byte[4];
        SocketFlags flags = SocketFlags.None;
        o.Does("unbound", () => unbound.ReceiveFrom(y, ref from));
        o.Does("unbound message", () => unbound.ReceiveMessageFrom(y, 0, 4, ref flags, ref from, out _));
        o.Does("null end point", () => a.ReceiveFrom(y, ref none));
        o.Does("other family", () => a.ReceiveFrom(y, ref six));
        o.Does("other family, message", () => a.ReceiveMessageFrom(y, 0, 4, ref flags, ref six, out _));
        o.Does("DNS end point", () => a.SendTo(y, new DnsEndPoint("localhost", 1)));
        o.Does("null", () => a.SendTo(null!, from));
        o.Does("to null", () => a.SendTo(y, null!));
        o.Does("to port 0", () => a.SendTo(y, new IPEndPoint(IPAddress.Loopback, 0)));
        o.Does("to another family", () => a.SendTo(y, new IPEndPoint(IPAddress.IPv6Loopback, 9)));
        o.Does("range", () => a.ReceiveFrom(y, 3, 2, SocketFlags.None, ref from));
        o.Does("too small an address", () => a.ReceiveFrom(y, SocketFlags.None, new SocketAddress(AddressFamily.InterNetwork, 8)));
    }

    [Body(Blocks = 20)]
    public static void IPv6_AndDualMode_SayWhoSent(Outcome o, PartnerKind kind)
    {
        Socket? bound = null;
        o.Does("IPv6", () => (bound = Bound(AddressFamily.InterNetworkV6)).IsBound);
        if (bound is null)
        {
            Thread.Sleep(30); // a machine without it: the body waits all the same
            return;
        }

        using Socket a = bound, b = Bound(AddressFamily.InterNetworkV6);
        b.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.PacketInformation, true);
        EndPoint from = new IPEndPoint(IPAddress.IPv6Any, 0);
        SocketFlags flags = SocketFlags.None;
        byte[] y = new byte[4];
        Partner sender = Partner.Start(kind, () =>
        {
            Thread.Sleep(30);
            a.SendTo([1, 2], b.LocalEndPoint!);
        });
        o.Does("message", () => $"{b.ReceiveMessageFrom(y, 0, 4, ref flags, ref from, out IPPacketInformation info)} {flags} {info.Address} {info.Interface > 0}");
        o.Say("from", from.Equals(a.LocalEndPoint));
        sender.Join();

        using var dual = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        dual.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        dual.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.PacketInformation, true);
        dual.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.PacketInformation, true);
        AsyncReader.Attach(dual);
        using Socket four = Bound();
        int port = ((IPEndPoint)dual.LocalEndPoint!).Port;
        sender = Partner.Start(kind, () =>
        {
            Thread.Sleep(30);
            four.SendTo([3], new IPEndPoint(IPAddress.Loopback, port));
            four.SendTo([4, 4], new IPEndPoint(IPAddress.Loopback, port));
        });
        o.Does("v4 to dual mode", () => $"{dual.ReceiveMessageFrom(y, 0, 4, ref flags, ref from, out IPPacketInformation info)} {info.Address}");
        o.Say("from", ((IPEndPoint)from).Address);
        o.Does("and from", () => dual.ReceiveFrom(y, ref from));
        sender.Join();
        o.Does("dual mode to v4", () => dual.SendTo([5], four.LocalEndPoint!));
        EndPoint back = new IPEndPoint(IPAddress.Any, 0);
        o.Does("arrives", () => four.ReceiveFrom(y, ref back));
    }

    [Body(Blocks = 20)]
    public static void Multicast_OnLoopback_Arrives(Outcome o, PartnerKind kind)
    {
        IPAddress group = IPAddress.Parse("239.7.7.7");
        using var b = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        b.Bind(new IPEndPoint(IPAddress.Any, 0));
        o.Does("join", () => b.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, IPAddress.Loopback)));
        AsyncReader.Attach(b);
        using Socket a = Bound();
        a.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Loopback.GetAddressBytes());
        a.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastLoopback, true);
        int port = ((IPEndPoint)b.LocalEndPoint!).Port;
        Partner sender = Partner.Start(kind, () =>
        {
            Thread.Sleep(30);
            a.SendTo([1, 2, 3], new IPEndPoint(group, port));
        });
        b.ReceiveTimeout = 8000;
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        o.Does("arrives", () => b.ReceiveFrom(new byte[8], ref from));
        sender.Join();
        o.Does("leave", () => b.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.DropMembership, new MulticastOption(group, IPAddress.Loopback)));
        a.EnableBroadcast = false;
        o.Does("broadcast, not allowed", () => a.SendTo([1], new IPEndPoint(IPAddress.Broadcast, port)));
        a.EnableBroadcast = true;
        o.Does("broadcast on loopback", () => a.SendTo([1], new IPEndPoint(IPAddress.Parse("127.255.255.255"), port)));
        o.Does("arrives", () => b.ReceiveFrom(new byte[8], ref from));
    }

    [Body(Blocks = 30)]
    public static void UdpClient_TimeoutsCloseAndFanIn(Outcome o, PartnerKind kind)
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        AsyncReader.Attach(server.Client);
        server.Client.ReceiveTimeout = 40;
        IPEndPoint? from = null;
        o.Took("timeout", 40, () => server.Receive(ref from));
        server.Client.ReceiveTimeout = 5000;
        int port = ((IPEndPoint)server.Client.LocalEndPoint!).Port;
        Partner[] senders = [.. Enumerable.Range(1, 5).Select(n => Partner.Start(n == 1 ? kind : PartnerKind.Thread, () =>
        {
            using var client = new UdpClient("127.0.0.1", port);
            for (int i = 0; i < 4; i++) client.Send([(byte)n]);
        }))];
        int sum = 0;
        for (int i = 0; i < 20; i++) sum += server.Receive(ref from)[0];
        Partner.JoinAll(senders);
        o.Say("sum", sum);
        Partner closer = Partner.Later(kind, () => server.Close());
        o.Took("closed", 30, () =>
        {
            // UdpClient shuts down, then closes: which of the two a receive meets is a race natively.
            try
            {
                return server.Receive(ref from).Length == 0 ? "ended" : "bytes?";
            }
            catch (SocketException)
            {
                return "ended";
            }
        });
        closer.Join();
        o.Does("afterwards", () => server.Receive(ref from));
    }

    [Body(Blocks = 30)]
    public static void Close_UnderEveryReceive_EndsIt(Outcome o, PartnerKind kind)
    {
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        SocketFlags flags = SocketFlags.None;
        foreach ((string name, Func<Socket, object?> receive) in new (string, Func<Socket, object?>)[]
        {
            ("receive", s => s.Receive(new byte[2])),
            ("message", s => s.ReceiveMessageFrom(new byte[2], 0, 2, ref flags, ref from, out _)),
            ("span message", s => s.ReceiveMessageFrom(new byte[2].AsSpan(), ref flags, ref from, out _)),
        })
        {
            Socket b = Bound();
            Partner closer = Partner.Later(kind, () => b.Dispose());
            o.Took(name, 30, () => receive(b));
            closer.Join();
        }
    }
}
