using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>SendTimeout and ReceiveTimeout: their values, each call that they end, and the socket afterwards.</summary>
[Sockets]
internal static class TimeoutBodies
{
    [Body]
    public static void Values_AreKeptAsNatively(Outcome o)
    {
        using var pair = new Loopback();
        Socket s = pair.Client;
        foreach (int value in new[] { 0, 1, 499, 500, 1000, int.MaxValue, -1, -2, int.MinValue })
        {
            o.Does($"receive {value}", () => s.ReceiveTimeout = value);
            o.Say("is", s.ReceiveTimeout);
            o.Does($"send {value}", () => s.SendTimeout = value);
            o.Say("is", s.SendTimeout);
        }

        o.Does("as an option", () => s.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveTimeout, 77));
        o.Say("is", s.ReceiveTimeout);
    }

    [Body(Blocks = 30)]
    public static void Receive_EveryCall_EndsInTimeAndTheNextOneWorks(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        pair.Server.ReceiveTimeout = 40;
        byte[] y = new byte[4];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        var stream = new NetworkStream(pair.Server);
        foreach ((string name, Func<object?> receive) in new (string, Func<object?>)[]
        {
            ("array", () => pair.Server.Receive(y)),
            ("span", () => pair.Server.Receive(y.AsSpan())),
            ("list", () => pair.Server.Receive([new ArraySegment<byte>(y)])),
            ("list, error", () => $"{pair.Server.Receive([new ArraySegment<byte>(y)], SocketFlags.None, out SocketError e)} {e}"),
            ("span, error", () => $"{pair.Server.Receive(y.AsSpan(), SocketFlags.None, out SocketError e)} {e}"),
            ("from", () => pair.Server.ReceiveFrom(y, ref from)),
            ("peek", () => pair.Server.Receive(y, SocketFlags.Peek)),
            ("nothing", () => pair.Server.Receive(Span<byte>.Empty)),
            ("stream", () => stream.Read(y, 0, 4)),
        })
        {
            o.Took(name, 40, receive);
            Partner sender = Partner.Start(kind, () =>
            {
                Thread.Sleep(5);
                pair.Client.Send([1, 2]);
            });
            pair.Server.ReceiveTimeout = 5000;
            o.Does(name + " afterwards", receive);
            sender.Join();
            while (pair.Server.Available > 0) pair.Server.Receive(y);
            pair.Server.ReceiveTimeout = 40;
        }
    }

    [Body(Blocks = 30)]
    public static void Send_EveryCall_EndsInTimeAndTheNextOneWorks(Outcome o, PartnerKind kind)
    {
        byte[] big = new byte[16_000_000];
        foreach ((string name, Func<Socket, string> send) in new (string, Func<Socket, string>)[]
        {
            ("array", s => $"{s.Send(big)}"),
            ("span", s => $"{s.Send(big.AsSpan())}"),
            ("list", s => $"{s.Send([new ArraySegment<byte>(big, 0, 8_000_000), new ArraySegment<byte>(big, 8_000_000, 8_000_000)])}"),
            ("stream", s =>
            {
                new NetworkStream(s).Write(big);
                return "written";
            }),
        })
        {
            using var pair = new Loopback();
            pair.Client.SendTimeout = 50;
            o.Took(name, 45, () => send(pair.Client));
            // What the failed call has sent is in the stream, the next call comes right behind it.
            Partner reader = Partner.Start(kind, () =>
            {
                byte[] buffer = new byte[1 << 16];
                int got, last = -1;
                while ((got = pair.Server.Receive(buffer)) > 0) last = buffer[got - 1];
                o.Say(name + ", the last byte", last);
            });
            pair.Client.SendTimeout = 0;
            o.Does(name + " afterwards", () => pair.Client.Send([7]));
            pair.Client.Shutdown(SocketShutdown.Send);
            reader.Join();
        }
    }

    [Body(Blocks = 30)]
    public static void Send_PartlySent_GivesZeroAndAnError(Outcome o)
    {
        // So does the class library, although bytes have gone: who goes on after that cannot know where.
        using var pair = new Loopback();
        pair.Client.SendTimeout = 50;
        byte[] big = new byte[16_000_000];
        SocketError error = default;
        o.Took("Send", 45, () => pair.Client.Send(big, 0, big.Length, SocketFlags.None, out error));
        o.Say("error", error);
        o.Say("blocking", $"{pair.Client.Blocking} {pair.Client.Connected}");
        pair.Client.Shutdown(SocketShutdown.Send);
        o.Say("bytes have gone", Loopback.ReceiveAll(pair.Server, big.Length).Length > 0);
    }

    [Body(Blocks = 30)]
    public static void TrickledBytes_DoNotProlongASend(Outcome o, PartnerKind kind)
    {
        // The timeout is for the whole call: a reader that takes a little now and then does not start it anew.
        using var pair = new Loopback();
        pair.Client.SendTimeout = 150;
        bool stop = false;
        Partner reader = Partner.Start(kind, () =>
        {
            byte[] buffer = new byte[200_000];
            while (!Volatile.Read(ref stop))
            {
                pair.Server.Receive(buffer);
                Thread.Sleep(10);
            }
        });
        o.Took("Send", 140, () => pair.Client.Send(new byte[64_000_000]));
        Volatile.Write(ref stop, true);
        reader.Join();
    }

    [Body(Blocks = 30)]
    public static void Streams_TimeOutAndGoOn(Outcome o)
    {
        using var pair = new Loopback();
        using var client = new NetworkStream(pair.Client);
        using var server = new NetworkStream(pair.Server);
        server.ReadTimeout = 40;
        client.WriteTimeout = 60;
        byte[] y = new byte[4];
        o.Took("Read", 40, () => server.Read(y));
        o.Took("ReadByte", 40, () => server.ReadByte());
        o.Took("ReadExactly", 40, () => server.ReadExactly(y));
        server.ReadTimeout = 500; // behind an asynchronous reader the byte comes by way of the class library's own threads, which a busy machine keeps waiting
        client.Write([1]);
        o.Took("one byte of two", 500, () => server.ReadExactly(y, 0, 2));
        server.ReadTimeout = 5000;
        client.Write([2, 3]);
        o.Does("goes on", () => server.ReadAtLeast(y, 2));
        o.Took("Write", 55, () => client.Write(new byte[16_000_000]));
    }
}
