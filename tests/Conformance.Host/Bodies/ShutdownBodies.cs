using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>Shutdown each way, by each side, under each call that waits; and connections that are open one way only.</summary>
[Sockets]
internal static class ShutdownBodies
{
    private static void Under(Outcome o, PartnerKind kind, string name, Func<Loopback, object?> call, Action<Loopback> end)
    {
        using var pair = new Loopback();
        Partner other = Partner.Later(kind, () => end(pair));
        o.Took(name, 30, () => call(pair));
        other.Join();
        o.Does(name + ", receive", () => pair.Server.Receive(new byte[1]));
        o.Does(name + ", send", () => pair.Server.Send([1]));
    }

    [Body(Blocks = 30, NoReader = "The reader and the call share one error or one end: who meets it first is a race natively, too.")]
    public static void OwnSide_UnderReceive_EndsIt(Outcome o, PartnerKind kind)
    {
        foreach (SocketShutdown how in new[] { SocketShutdown.Receive, SocketShutdown.Both })
        {
            Under(o, kind, $"{how} under an array", p => p.Server.Receive(new byte[2]), p => p.Server.Shutdown(how));
            Under(o, kind, $"{how} under a list", p => p.Server.Receive([new ArraySegment<byte>(new byte[2])]), p => p.Server.Shutdown(how));
            Under(o, kind, $"{how} under a poll", p => p.Server.Poll(5_000_000, SelectMode.SelectRead), p => p.Server.Shutdown(how));
        }
    }

    [Body(Blocks = 30)]
    public static void OwnSide_SendUnderReceive_DoesNotEndIt(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        Partner other = Partner.Later(kind, () =>
        {
            pair.Server.Shutdown(SocketShutdown.Send);
            o.Does("the peer sees", () => pair.Client.Receive(new byte[1]));
            pair.Client.Send([1, 2, 3]);
        });
        o.Took("Receive", 30, () => pair.Server.Receive(new byte[4]));
        other.Join();
        o.Does("Send", () => pair.Server.Send([1]));
        o.Say("connected", pair.Server.Connected);
    }

    [Body(Blocks = 30)]
    public static void OwnSide_UnderSend_EndsIt(Outcome o, PartnerKind kind)
    {
        byte[] big = new byte[16_000_000];
        foreach ((string name, Func<Socket, object?> send) in new (string, Func<Socket, object?>)[]
        {
            ("array", s => s.Send(big)),
            ("list", s => s.Send([new ArraySegment<byte>(big)])),
            ("stream", s =>
            {
                new NetworkStream(s).Write(big);
                return "written";
            }),
        })
        {
            using Loopback pair = new Loopback().WaitingInTheBcl();
            Partner other = Partner.Later(kind, () => pair.Client.Shutdown(SocketShutdown.Send));
            o.Took(name, 30, () => send(pair.Client));
            other.Join();
        }
    }

    [Body(Blocks = 30)]
    public static void HalfOpen_TheOtherWayGoesOn(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        pair.Client.Shutdown(SocketShutdown.Send);
        o.Does("the end", () => pair.Server.Receive(new byte[4]));
        Partner writer = Partner.Start(kind, () =>
        {
            for (int i = 0; i < 5; i++)
            {
                Thread.Sleep(10);
                pair.Server.Send([(byte)i]);
            }

            pair.Server.Send(new byte[1_000_000]);
            pair.Server.Shutdown(SocketShutdown.Send);
        });
        int got = 0;
        o.Took("all of it", 30, () =>
        {
            byte[] buffer = new byte[30_000];
            int n;
            while ((n = pair.Client.Receive(buffer)) > 0) got += n;
            return got;
        });
        writer.Join();
        o.Does("send after the own end", () => pair.Client.Send([1]));
        o.Does("the end again", () => pair.Server.Receive(new byte[4]));
    }

    [Body]
    public static void Twice_AndInWrongStates(Outcome o)
    {
        using var pair = new Loopback();
        o.Does("both", () => pair.Client.Shutdown(SocketShutdown.Both));
        o.Does("both again", () => pair.Client.Shutdown(SocketShutdown.Both));
        o.Does("send", () => pair.Client.Shutdown(SocketShutdown.Send));
        o.Does("bad value", () => pair.Client.Shutdown((SocketShutdown)7));
        using Socket listener = Loopback.Listen();
        o.Does("listener, send", () => listener.Shutdown(SocketShutdown.Send));
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        o.Does("UDP", () => udp.Shutdown(SocketShutdown.Both));
        udp.Connect(IPAddress.Loopback, 9);
        o.Does("connected UDP", () => udp.Shutdown(SocketShutdown.Both));
    }

    [Body]
    public static void Disconnect_ThenReuse(Outcome o)
    {
        using Socket listener = Loopback.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using (Socket server = listener.Accept())
        {
            o.Does("disconnect", () => client.Disconnect(true));
            o.Does("the peer sees", () => server.Receive(new byte[1]));
        }

        o.Say("connected", client.Connected);
        o.Does("receive", () => client.Receive(new byte[1]));
        o.Does("send", () => client.Send([1]));
    }
}
