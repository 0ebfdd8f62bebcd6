using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>TCP through Socket: Accept, Connect, Poll and Select.</summary>
[Sockets]
internal static class SocketOpenBodies
{
    [Body(Blocks = 30)]
    public static void Accept_NobodyThere_Waits(Outcome o, PartnerKind kind)
    {
        using Socket listener = Loopback.Listen();
        Partner other = Partner.Later(kind, () =>
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(listener.LocalEndPoint!);
            client.Send([7]);
            client.Receive(new byte[1]);
        });
        Socket? accepted = null;
        o.Took("Accept", 30, () => (accepted = listener.Accept()).Connected);
        byte[] y = new byte[1];
        o.Does("Receive", () => accepted!.Receive(y));
        o.Say("blocking", accepted!.Blocking);
        accepted.Dispose();
        other.Join();
    }

    [Body]
    public static void Connect_Refused_Throws(Outcome o)
    {
        using Socket closed = Loopback.Refusing();
        int port = ((IPEndPoint)closed.LocalEndPoint!).Port;
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        o.Does("Connect", () => client.Connect(IPAddress.Loopback, port));
        o.Say("connected", client.Connected);
        using var byName = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        o.Does("by name", () => byName.Connect("localhost", port));
        o.Does("bad port", () => byName.Connect(IPAddress.Loopback, 70000));
    }

    [Body]
    public static void Connect_EveryOverload_Connects(Outcome o)
    {
        using Socket listener = Loopback.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        foreach ((string name, Action<Socket> connect) in new (string, Action<Socket>)[]
        {
            ("end point", s => s.Connect(listener.LocalEndPoint!)),
            ("address", s => s.Connect(IPAddress.Loopback, port)),
            ("addresses", s => s.Connect([IPAddress.Loopback], port)),
            ("name", s => s.Connect("localhost", port)),
            ("DNS end point", s => s.Connect(new DnsEndPoint("127.0.0.1", port))),
        })
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            o.Does(name, () =>
            {
                connect(client);
                using Socket server = listener.Accept();
                server.Send([3]);
                return client.Receive(new byte[1]);
            });
            o.Say(name, $"{client.Connected} {client.Blocking} {client.RemoteEndPoint}");
        }
    }

    [Body(Blocks = 60)]
    public static void Poll_Timeouts_AreInTime(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        o.Took("read 60 ms", 60, () => pair.Server.Poll(60_000, SelectMode.SelectRead));
        o.Took("read span", 20, () => pair.Server.Poll(TimeSpan.FromMilliseconds(20), SelectMode.SelectRead));
        o.Took("read 0", 0, () => pair.Server.Poll(0, SelectMode.SelectRead));
        o.Does("write", () => pair.Server.Poll(-1, SelectMode.SelectWrite));
        o.Took("error", 20, () => pair.Server.Poll(20_000, SelectMode.SelectError));
        o.NeverSwitches("zero", () => pair.Server.Poll(0, SelectMode.SelectRead));
        Partner sender = Partner.Later(kind, () => pair.Client.Send([1]));
        o.Took("infinite", 30, () => pair.Server.Poll(-1, SelectMode.SelectRead));
        sender.Join();
        Partner closer = Partner.Later(kind, () => pair.Client.Dispose());
        pair.Server.Receive(new byte[1]);
        o.Took("closed by the peer", 30, () => pair.Server.Poll(5_000_000, SelectMode.SelectRead));
        closer.Join();
    }

    [Body(Blocks = 60)]
    public static void Select_FindsTheReadyOnes(Outcome o, PartnerKind kind)
    {
        using var one = new Loopback();
        using var two = new Loopback();
        o.Took("none", 60, () =>
        {
            var read = new List<Socket> { one.Server, two.Server };
            Socket.Select(read, null, null, 60_000);
            return read.Count;
        });
        Partner sender = Partner.Later(kind, () => two.Client.Send([1]));
        o.Took("second", 30, () =>
        {
            var read = new List<Socket> { one.Server, two.Server };
            Socket.Select(read, null, null, -1);
            return $"{read.Count} {ReferenceEquals(read[0], two.Server)}";
        });
        sender.Join();
        o.Does("writable", () =>
        {
            var write = new List<Socket> { one.Server, two.Server };
            var read = new List<Socket> { one.Server, two.Server };
            Socket.Select(read, write, null, 1_000_000);
            return $"{read.Count} {write.Count}";
        });
    }
}
