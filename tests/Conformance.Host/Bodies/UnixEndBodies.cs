using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>Unix-domain sockets that are closed by their own side, or whose peer goes, under calls that wait.</summary>
[Sockets(Reader = false)] // an end is reported once: who meets it first, the reader or the call, is a race natively, too
internal static class UnixEndBodies
{
    private static readonly byte[] s_big = new byte[4_000_000];

    private static Socket New(SocketType type) => new(AddressFamily.Unix, type, ProtocolType.Unspecified);

    private static UnixDomainSocketEndPoint Name() => new("\0patchy-" + Guid.NewGuid());

    private static (Socket Near, Socket Far) Pair(SocketType type)
    {
        UnixDomainSocketEndPoint name = Name();
        Socket near = New(type);
        if (type == SocketType.Dgram)
        {
            Socket bound = New(type);
            bound.Bind(name);
            near.Connect(name);
            return (near, bound);
        }

        using Socket listener = New(type);
        listener.Bind(name);
        listener.Listen(1);
        near.Connect(name);
        return (near, listener.Accept());
    }

    private static void Under(Outcome o, PartnerKind kind, string name, SocketType type, Func<Socket, object?> call, Action<Socket, Socket> end, bool unread = false)
    {
        (Socket near, Socket far) = Pair(type);
        Loopback.WaitInTheBcl(near, far);
        if (unread) near.Send([1]);
        Partner other = Partner.Later(kind, () => end(near, far));
        o.Took(name, 30, () => call(near));
        other.Join();
        near.Dispose();
        far.Dispose();
    }

    [Body(Blocks = 30)]
    public static void Close_UnderEachCall_EndsIt(Outcome o, PartnerKind kind)
    {
        foreach (SocketType type in new[] { SocketType.Stream, SocketType.Seqpacket, SocketType.Dgram })
        {
            Under(o, kind, $"{type}, receive", type, s => s.Receive(new byte[4]), (near, _) => near.Dispose());
            Under(o, kind, $"{type}, send", type, SendMuch, (near, _) => near.Dispose());
        }
    }

    [Body(Blocks = 30)]
    public static void Close_UnderAccept_EndsIt(Outcome o, PartnerKind kind)
    {
        foreach (SocketType type in new[] { SocketType.Stream, SocketType.Seqpacket })
        {
            Socket listener = New(type);
            listener.Bind(Name());
            listener.Listen(1);
            Partner other = Partner.Later(kind, () => listener.Dispose());
            o.Took($"{type}", 30, () => listener.Accept().Connected);
            other.Join();
        }
    }

    [Body(Blocks = 30)]
    public static void PeerGoes_UnderEachCall_EndsIt(Outcome o, PartnerKind kind)
    {
        foreach (SocketType type in new[] { SocketType.Stream, SocketType.Seqpacket })
        {
            Under(o, kind, $"{type}, receive", type, s => s.Receive(new byte[4]), (_, far) => far.Dispose());
            Under(o, kind, $"{type}, send", type, SendMuch, (_, far) => far.Dispose());
            Under(o, kind, $"{type}, poll", type, s => s.Poll(10_000_000, SelectMode.SelectRead), (_, far) => far.Dispose());
            // Bytes that nobody has read make a reset of it.
            Under(o, kind, $"{type}, receive after a send", type, s => s.Receive(new byte[4]), (_, far) => far.Dispose(), unread: true);
        }

        Under(o, kind, "Dgram, send", SocketType.Dgram, SendMuch, (_, far) => far.Dispose());
    }

    /// <summary>Not under a send: no event comes of it, and natively the send never ends where the class library waits for one.</summary>
    [Body(Blocks = 30)]
    public static void Shutdown_UnderReceive_EndsIt(Outcome o, PartnerKind kind)
    {
        Under(o, kind, "own side, receive", SocketType.Stream, s => s.Receive(new byte[4]), (near, _) => near.Shutdown(SocketShutdown.Receive));
        Under(o, kind, "peer's sending side, receive", SocketType.Stream, s => s.Receive(new byte[4]), (_, far) => far.Shutdown(SocketShutdown.Send));
    }

    /// <summary>More than the peer's queue takes.</summary>
    private static object? SendMuch(Socket socket)
    {
        if (socket.SocketType == SocketType.Stream) return socket.Send(s_big);
        for (int i = 0; i < 10_000; i++) socket.Send([1, 2, 3]);
        return "all sent";
    }
}
