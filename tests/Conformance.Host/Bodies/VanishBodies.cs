using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>Half-open connections: the peer has vanished after the handshake, and answers nothing any more; or it never answers the handshake. And a connection of which one side is shut down.</summary>
[Sockets(Reader = false)] // an error is reported once: who meets it first, the reader or the call, is a race natively, too
internal static class VanishBodies
{
    private const int TcpUserTimeout = 18;

    private static readonly byte[] s_big = new byte[6_000_000];

    /// <summary>The peer of what it returns hears nothing from now on, and so acknowledges nothing.</summary>
    private static Loopback Vanished()
    {
        Loopback pair = new Loopback().WaitingInTheBcl();
        Native.HearNothing(pair.Client);
        return pair;
    }

    [Body(Blocks = 200, MayHold = 120)]
    public static void Timeouts_EndEveryCall(Outcome o)
    {
        using Loopback pair = Vanished();
        Socket socket = pair.Server;
        socket.ReceiveTimeout = 50;
        o.Took("receive", 48, () => socket.Receive(new byte[4]));
        o.Took("again", 48, () => socket.Receive(new byte[4].AsSpan()));
        o.Took("list", 48, () => socket.Receive([new ArraySegment<byte>(new byte[4])]));
        o.Took("stream", 48, () => new NetworkStream(socket).ReadByte());
        o.Took("poll", 48, () => socket.Poll(50_000, SelectMode.SelectRead));
        o.Does("what fits is sent", () => socket.Send([1]));
        o.Say("connected", socket.Connected);
        socket.SendTimeout = 60;
        o.Took("send", 58, () => socket.Send(s_big));
        o.Took("send again", 58, () => socket.Send(s_big));
        o.Took("write", 58, () => new NetworkStream(socket).Write(s_big));
    }

    [Body(Blocks = 90)]
    public static void Shutdown_OfOneSide_EndsItsCallsOnly(Outcome o, PartnerKind kind)
    {
        using Loopback pair = Vanished();
        Socket socket = pair.Server;
        socket.ReceiveTimeout = 100;
        Partner other = Partner.Later(kind, () => socket.Shutdown(SocketShutdown.Send));
        o.Took("receive, and the other side is shut down", 98, () => socket.Receive(new byte[4]));
        other.Join();
        o.Does("send", () => socket.Send([1]));
        socket.ReceiveTimeout = 0;
        other = Partner.Later(kind, () => socket.Shutdown(SocketShutdown.Receive));
        o.Took("receive, and its side is shut down", 30, () => socket.Receive(new byte[4]));
        other.Join();
    }

    [Body(Blocks = 30)]
    public static void Close_UnderEachCall_EndsIt(Outcome o, PartnerKind kind)
    {
        foreach ((string name, Func<Socket, object?> call) in new (string, Func<Socket, object?>)[]
        {
            ("receive", s => s.Receive(new byte[4])),
            ("send", s => s.Send(s_big)),
            ("read", s => new NetworkStream(s).ReadByte()),
        })
        {
            using Loopback pair = Vanished();
            Partner other = Partner.Later(kind, () => pair.Server.Dispose());
            o.Took(name, 30, () => call(pair.Server));
            other.Join();
        }
    }

    /// <summary>By the kernel's means: it asks after a peer of which it has heard nothing (keep-alive), or gives up what is not acknowledged (TCP_USER_TIMEOUT). All at once, since each takes a second or two.</summary>
    [Body(Blocks = 500, MayHold = 200)]
    public static void KernelGivesUp_EveryCallEnds(Outcome o)
    {
        (string Name, bool Sends, Func<Socket, object?> Call)[] calls =
        [
            ("receive", false, s => s.Receive(new byte[4])),
            ("list", false, s => s.Receive([new ArraySegment<byte>(new byte[4])])),
            ("read", false, s => new NetworkStream(s).ReadByte()),
            ("poll to read", false, s => s.Poll(15_000_000, SelectMode.SelectRead)),
            ("poll for errors", false, s => s.Poll(15_000_000, SelectMode.SelectError)),
            ("send", true, s => s.Send(s_big)),
            ("write", true, s =>
            {
                new NetworkStream(s).Write(s_big);
                return "written";
            }),
            ("receive with bytes unsent", true, s => s.Send([1]) + s.Receive(new byte[4])),
        ];
        AtOnce(o, 500, [.. calls.Select(call => (call.Name, (Func<object?>)(() =>
        {
            using Loopback pair = Vanished();
            if (call.Sends)
            {
                pair.Server.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, BitConverter.GetBytes(700));
            }
            else
            {
                pair.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                pair.Server.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 1);
                pair.Server.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
                pair.Server.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 1);
            }

            return call.Call(pair.Server);
        })))]);
    }

    /// <summary>Nobody answers the handshake; then the listener closes, and the next try (after a second) is answered with a reset; or the kernel gives up.</summary>
    [Body(Blocks = 500, MayHold = 200)]
    public static void ResetUnderConnect_IsRefused(Outcome o)
    {
        (string Name, bool Closes, Action<Socket, IPEndPoint> Connect)[] calls =
        [
            ("connect", true, (s, to) => s.Connect(to)),
            ("addresses", true, (s, to) => s.Connect([to.Address, to.Address], to.Port)),
            ("TcpClient", true, (s, to) =>
            {
                using var client = new TcpClient { Client = s };
                client.Connect(to);
            }),
            ("given up", false, (s, to) => s.Connect(to)),
        ];
        AtOnce(o, 500, [.. calls.Select(call => (call.Name, (Func<object?>)(() =>
        {
            using Socket keeper = Reusing(0), listener = Reusing(((IPEndPoint)keeper.LocalEndPoint!).Port); // the first keeps the port when the listener is gone
            listener.Listen();
            Native.HearNothing(listener);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            if (!call.Closes) socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, BitConverter.GetBytes(700));
            Partner? closer = !call.Closes ? null : Partner.Start(PartnerKind.Native, () =>
            {
                Thread.Sleep(200);
                listener.Dispose();
            });
            var to = (IPEndPoint)listener.LocalEndPoint!;
            try
            {
                call.Connect(socket, to);
                return "connected";
            }
            finally
            {
                closer?.Join();
            }
        })))]);
    }

    private static Socket Reusing(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    /// <summary>Each on a thread; what they say is in the order of the list.</summary>
    private static void AtOnce(Outcome o, int atLeast, (string Name, Func<object?> Call)[] calls)
    {
        string[] ends = new string[calls.Length];
        bool[] early = new bool[calls.Length];
        Partner[] partners = [.. calls.Select((call, i) => Partner.Start(() =>
        {
            long start = Environment.TickCount64;
            try
            {
                ends[i] = call.Call()?.ToString() ?? "null";
            }
            catch (Exception e)
            {
                ends[i] = Outcome.Describe(e);
            }

            early[i] = Environment.TickCount64 - start < atLeast;
        }))];
        Partner.JoinAll(partners);
        for (int i = 0; i < calls.Length; i++)
        {
            o.Say(calls[i].Name, ends[i]);
            o.Say($"{calls[i].Name} was {(early[i] ? "early" : "in time")}");
        }
    }
}
