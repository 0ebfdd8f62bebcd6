using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>Socket.Accept: many at once, peers that are gone already, and ends of an accept that waits.</summary>
[Sockets(Reader = false)] // a pending AcceptAsync takes a connection: AsyncOrderBodies has those
internal static class AcceptBodies
{
    private static Socket Connected(Socket listener)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(listener.LocalEndPoint!);
        return client;
    }

    [Body]
    public static void Queued_ConnectionsComeWithTheirData(Outcome o)
    {
        using Socket listener = Loopback.Listen(8);
        var clients = new List<Socket>();
        for (byte i = 0; i < 5; i++)
        {
            clients.Add(Connected(listener));
            clients[i].Send([i]);
        }

        Outcome.Settle(); // on a busy machine the kernel delivers a little later, also on the loopback
        for (int i = 0; i < 5; i++)
        {
            o.NeverSwitches($"accept {i}", () =>
            {
                using Socket accepted = listener.Accept();
                byte[] y = new byte[2];
                int got = accepted.Receive(y);
                return $"{got} {y[0]} {accepted.RemoteEndPoint!.Equals(clients[i].LocalEndPoint)} {accepted.Blocking} {accepted.Connected} {accepted.NoDelay}";
            });
        }

        foreach (Socket client in clients) client.Dispose();
    }

    [Body]
    public static void PeerGoneAlready_IsStillAccepted(Outcome o)
    {
        using Socket listener = Loopback.Listen();
        Socket closed = Connected(listener);
        closed.Send([1]);
        closed.Close();
        Socket reset = Connected(listener);
        reset.LingerState = new LingerOption(true, 0);
        reset.Close();
        Outcome.Settle();
        using Socket first = listener.Accept();
        o.Does("closed: its byte", () => first.Receive(new byte[2]));
        o.Does("closed: its end", () => first.Receive(new byte[2]));
        using Socket second = listener.Accept();
        o.Does("reset", () => second.Receive(new byte[2]));
    }

    [Body(Blocks = 30)]
    public static void ManyAcceptors_EachConnectionGoesToOne(Outcome o, PartnerKind kind)
    {
        using Socket listener = Loopback.Listen(32);
        int served = 0;
        Partner[] acceptors = [.. Enumerable.Range(0, 5).Select(n => Partner.Start(n == 0 ? kind : PartnerKind.Thread, () =>
        {
            for (int i = 0; i < 4; i++)
            {
                using Socket accepted = listener.Accept();
                accepted.Send([1]);
                Interlocked.Increment(ref served);
            }
        }))];
        Outcome.Settle();
        int good = 0;
        for (int i = 0; i < 20; i++)
        {
            using Socket client = Connected(listener);
            good += client.Receive(new byte[2]);
        }

        Partner.JoinAll(acceptors);
        o.Say("served", $"{served} {good}");
    }

    [Body(Blocks = 30)]
    public static void Timeouts_DoNotEndIt(Outcome o, PartnerKind kind)
    {
        using Socket listener = Loopback.Listen();
        listener.ReceiveTimeout = 20;
        Partner client = Partner.Start(kind, () =>
        {
            Thread.Sleep(90);
            Connected(listener).Dispose();
        });
        o.Took("Accept", 80, () => listener.Accept().Connected);
        client.Join();
    }

    [Body(Blocks = 30)]
    public static void Waiting_EndsWithCloseOrShutdown(Outcome o, PartnerKind kind)
    {
        foreach ((string name, Action<Socket> end) in new (string, Action<Socket>)[]
        {
            ("Close", s => s.Close()),
            ("Close(0)", s => s.Close(0)),
            ("Close(1)", s => s.Close(1)),
            ("Shutdown", s => s.Shutdown(SocketShutdown.Both)),
        })
        {
            Socket listener = Loopback.Listen();
            Partner ender = Partner.Later(kind, () => end(listener));
            o.Took(name, 30, () => listener.Accept().Connected);
            ender.Join();
            listener.Dispose();
        }
    }

    [Body]
    public static void WrongStates_Throw(Outcome o)
    {
        using var fresh = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        o.Does("unbound", () => fresh.Accept());
        fresh.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        o.Does("not listening", () => fresh.Accept());
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        o.Does("UDP", () => udp.Accept());
        using var pair = new Loopback();
        o.Does("connected", () => pair.Server.Accept());
        var tcp = new TcpListener(IPAddress.Loopback, 0);
        o.Does("TcpListener", () => tcp.AcceptSocket());
        tcp.Start();
        tcp.Stop();
        o.Does("TcpListener, stopped", () => tcp.AcceptSocket());
    }

    [Body]
    public static void BeginAccept_WaitedFor_Works(Outcome o)
    {
        using Socket listener = Loopback.Listen();
        IAsyncResult pending = listener.BeginAccept(null, null);
        using Socket client = Connected(listener);
        using Socket accepted = listener.EndAccept(pending);
        o.Does("sync on it", () => accepted.Send([1]));
        o.Does("arrives", () => client.Receive(new byte[2]));
    }
}
