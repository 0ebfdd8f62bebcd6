using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>TCP through Socket: shutdown, close, reset and disposal, by the peer and by the own side.</summary>
[Sockets]
internal static class SocketEndBodies
{
    [Body(Blocks = 30)]
    public static void Shutdown_OfThePeer_EndsReceive(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] y = new byte[8];
        Partner other = Partner.Later(kind, () => pair.Client.Shutdown(SocketShutdown.Send));
        o.Took("Receive", 30, () => pair.Server.Receive(y));
        o.Does("again", () => pair.Server.Receive(y));
        o.Does("other way", () => pair.Server.Send([1]));
        o.Does("arrives", () => pair.Client.Receive(y));
        o.Does("send after shutdown", () => pair.Client.Send([1]));
        other.Join();
    }

    [Body(Blocks = 30)]
    public static void Shutdown_OfTheOwnSide_EndsReceive(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] y = new byte[8];
        Partner other = Partner.Later(kind, () => pair.Server.Shutdown(SocketShutdown.Receive));
        o.Took("Receive", 30, () => pair.Server.Receive(y));
        other.Join();
    }

    [Body(Blocks = 30)]
    public static void Close_OfThePeer_EndsReceive(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] y = new byte[8];
        Partner other = Partner.Later(kind, () => pair.Client.Close());
        o.Took("Receive", 30, () => pair.Server.Receive(y));
        other.Join();
    }

    [Body(Blocks = 30)]
    public static void Reset_ByThePeer_Throws(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] y = new byte[8];
        Partner other = Partner.Later(kind, () =>
        {
            pair.Client.LingerState = new LingerOption(true, 0);
            pair.Client.Close();
        });
        o.Took("Receive", 30, () => pair.Server.Receive(y));
        Outcome.Settle(); // where a reader is before it, that one meets the reset, and tells the socket of it on a thread of its own
        o.Say("connected", pair.Server.Connected);
        o.Does("again", () => pair.Server.Receive(y));
        o.Does("Send", () => pair.Server.Send([1]));
        other.Join();
    }

    [Body(Blocks = 30)]
    public static void Dispose_WhileReceiving_Throws(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] y = new byte[8];
        Partner other = Partner.Later(kind, () => pair.Server.Dispose());
        o.Took("Receive", 30, () => pair.Server.Receive(y));
        other.Join();
        o.Does("afterwards", () => pair.Server.Receive(y));
        o.Does("peer sees", () => pair.Client.Receive(y));
    }

    [Body(Blocks = 30)]
    public static void Dispose_WhileAccepting_Throws(Outcome o, PartnerKind kind)
    {
        Socket listener = Loopback.Listen();
        Partner other = Partner.Later(kind, () => listener.Dispose());
        o.Took("Accept", 30, () => listener.Accept());
        other.Join();
        o.Does("afterwards", () => listener.Accept());
    }

    [Body(Blocks = 30)]
    public static void Dispose_WhileSending_Throws(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] big = new byte[16 * 1024 * 1024];
        Partner other = Partner.Later(kind, () => pair.Client.Dispose());
        o.Took("Send", 30, () => pair.Client.Send(big));
        other.Join();
    }

    [Body]
    public static void Disposed_Throws(Outcome o)
    {
        var pair = new Loopback();
        pair.Dispose();
        byte[] y = new byte[1];
        o.Does("Receive", () => pair.Server.Receive(y));
        o.Does("Send", () => pair.Server.Send(y));
        o.Does("Poll", () => pair.Server.Poll(0, SelectMode.SelectRead));
        o.Does("Connect", () => pair.Server.Connect(IPAddress.Loopback, 1));
        o.Does("Accept", () => pair.Server.Accept());
        o.Does("Shutdown", () => pair.Server.Shutdown(SocketShutdown.Both));
        o.Does("Dispose", () => pair.Server.Dispose());
        o.Does("Select", () => Socket.Select(new List<Socket> { pair.Server }, null, null, 0));
    }

    [Body]
    public static void FileDescriptorReuse_AfterDispose_MeetsNoOldWaiter(Outcome o)
    {
        int good = 0;
        for (int i = 0; i < 20; i++)
        {
            using var pair = new Loopback();
            Partner reader = Partner.Start(() =>
            {
                try
                {
                    pair.Server.Receive(new byte[1]);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException) // the latter when it has not begun in time
                {
                    Interlocked.Increment(ref good);
                }
            });
            Thread.Sleep(2);
            pair.Server.Dispose();
            using var next = new Loopback();
            next.Client.Send([1]);
            if (next.Server.Receive(new byte[4]) == 1) Interlocked.Increment(ref good);
            reader.Join();
        }

        o.Say("good", good);
    }
}
