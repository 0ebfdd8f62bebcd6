using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>Synchronous and asynchronous calls on one socket: who asked first is served first, whatever the kind of call.</summary>
[Sockets(Reader = false)] // the bodies bring their own
internal static class AsyncOrderBodies
{
    [Body(Blocks = 30)]
    public static void Receive_BehindAnAsynchronousOne_GetsTheSecondByte(Outcome o)
    {
        using var pair = new Loopback();
        byte[] first = new byte[1], second = new byte[1];
        foreach ((string name, Func<object?> receive) in new (string, Func<object?>)[]
        {
            ("array", () => pair.Server.Receive(second)),
            ("span", () => pair.Server.Receive(second.AsSpan())),
            ("list", () => pair.Server.Receive([new ArraySegment<byte>(second)])),
            ("error", () => $"{pair.Server.Receive(second, 0, 1, SocketFlags.None, out SocketError e)} {e}"),
            ("peek", () => pair.Server.Receive(second, SocketFlags.Peek)),
            ("stream", () => new NetworkStream(pair.Server).Read(second, 0, 1)),
        })
        {
            Task<int> asynchronous = pair.Server.ReceiveAsync(first.AsMemory(), SocketFlags.None).AsTask();
            Partner sender = Partner.Later(() => pair.Client.Send([1, 2]));
            o.Took(name, 30, receive);
            o.Does(name + ", the asynchronous one", () => asynchronous.Result);
            o.Say(name, $"{first[0]} {second[0]}");
            sender.Join();
            while (pair.Server.Available > 0) pair.Server.Receive(second);
        }
    }

    [Body(Blocks = 30)]
    public static void Receive_BetweenAsynchronousOnes_KeepsItsPlace(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[][] got = [new byte[1], new byte[1], new byte[1], new byte[1]];
        Task<int> one = pair.Server.ReceiveAsync(got[0].AsMemory(), SocketFlags.None).AsTask();
        Partner synchronous = Partner.Start(kind, () => o.Does("sync", () => pair.Server.Receive(got[1])));
        Outcome.Settle();
        Task<int> three = pair.Server.ReceiveAsync(got[2].AsMemory(), SocketFlags.None).AsTask();
        pair.Client.Send([1, 2, 3]);
        synchronous.Join();
        o.Does("async", () => one.Result + three.Result);
        o.Say("order", got.Select(g => g[0]));
    }

    [Body(Blocks = 30)]
    public static void ReceiveFrom_BehindAnAsynchronousOne_GetsTheSecondDatagram(Outcome o)
    {
        using var a = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var b = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        a.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        b.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        SocketFlags flags = SocketFlags.None;
        byte[] first = new byte[8], second = new byte[8];
        foreach ((string name, Func<object?> receive) in new (string, Func<object?>)[]
        {
            ("from", () => b.ReceiveFrom(second, ref from)),
            ("from span", () => b.ReceiveFrom(second.AsSpan(), ref from)),
            ("message", () => b.ReceiveMessageFrom(second, 0, 8, ref flags, ref from, out _)),
            ("message span", () => b.ReceiveMessageFrom(second.AsSpan(), ref flags, ref from, out _)),
        })
        {
            Task<SocketReceiveFromResult> asynchronous = b.ReceiveFromAsync(first.AsMemory(), SocketFlags.None, new IPEndPoint(IPAddress.Any, 0)).AsTask();
            Partner sender = Partner.Later(() =>
            {
                a.SendTo([1], b.LocalEndPoint!);
                a.SendTo([2, 2], b.LocalEndPoint!);
            });
            o.Took(name, 30, receive);
            o.Does(name + ", the asynchronous one", () => asynchronous.Result.ReceivedBytes);
            sender.Join();
        }
    }

    [Body(Blocks = 30)]
    public static void Receive_BehindAnAsynchronousOne_TimesOutAndLeavesTheQueueInOrder(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] first = new byte[1], second = new byte[1];
        Task<int> asynchronous = pair.Server.ReceiveAsync(first.AsMemory(), SocketFlags.None).AsTask();
        pair.Server.ReceiveTimeout = 50;
        Partner reader = Partner.Start(kind, () =>
        {
            o.Took("timeout", 50, () => pair.Server.Receive(second));
            o.Took("error", 50, () => $"{pair.Server.Receive(second, 0, 1, SocketFlags.None, out SocketError e)} {e}");
        });
        reader.Join();
        o.Say("the asynchronous one waits", !asynchronous.IsCompleted);
        pair.Client.Send([1, 2]);
        o.Does("async", () => asynchronous.Result);
        o.Does("sync", () => pair.Server.Receive(second));
        o.Say("order", $"{first[0]} {second[0]}");
    }

    [Body(Blocks = 30)]
    public static void Receive_TheAsynchronousOneIsCancelled_GetsItsTurn(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        using var cancel = new CancellationTokenSource();
        byte[] second = new byte[1];
        Task<int> asynchronous = pair.Server.ReceiveAsync(new byte[1].AsMemory(), SocketFlags.None, cancel.Token).AsTask();
        Partner reader = Partner.Start(kind, () => o.Does("sync", () => pair.Server.Receive(second)));
        Outcome.Settle();
        cancel.Cancel();
        o.Does("async", () => asynchronous.GetAwaiter().GetResult());
        pair.Client.Send([7]);
        reader.Join();
        o.Say("byte", second[0]);
    }

    [Body(Blocks = 30)]
    public static void Send_BehindAnAsynchronousOne_ComesBehindItsBytes(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        pair.Client.SendBufferSize = 8192;
        byte[] big = new byte[5_000_000];
        Task<int> asynchronous = pair.Client.SendAsync(big.AsMemory(), SocketFlags.None).AsTask();
        o.Say("the asynchronous one waits", !asynchronous.IsCompleted);
        byte[] got = [];
        Partner reader = Partner.Later(kind, () => got = Loopback.ReceiveAll(pair.Server, big.Length + 3));
        o.Took("Send", 30, () => pair.Client.Send([1]));
        o.Does("list", () => pair.Client.Send([new ArraySegment<byte>([2])]));
        o.Does("span", () => pair.Client.Send([3]));
        reader.Join();
        o.Does("async", () => asynchronous.Result);
        o.Say("end", got.Length > 3 ? got[^4..] : got);
    }

    [Body(Blocks = 30)]
    public static void Accept_BehindAnAsynchronousOne_GetsTheSecondConnection(Outcome o, PartnerKind kind)
    {
        using Socket listener = Loopback.Listen();
        Task<Socket> asynchronous = listener.AcceptAsync();
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var second = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Partner clients = Partner.Later(kind, () =>
        {
            first.Connect(listener.LocalEndPoint!);
            Outcome.Settle();
            second.Connect(listener.LocalEndPoint!);
        });
        Socket? accepted = null;
        o.Took("Accept", 60, () => (accepted = listener.Accept()).Connected);
        clients.Join();
        o.Say("it is the second", accepted!.RemoteEndPoint!.Equals(second.LocalEndPoint));
        using Socket other = asynchronous.Result;
        o.Say("and the first", other.RemoteEndPoint!.Equals(first.LocalEndPoint));
        accepted.Dispose();
    }

    [Body(Blocks = 30)]
    public static void Dispose_UnderBoth_EndsBoth(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        Task<int> asynchronous = pair.Server.ReceiveAsync(new byte[1].AsMemory(), SocketFlags.None).AsTask();
        Partner closer = Partner.Later(kind, () => pair.Server.Dispose());
        o.Took("sync", 30, () => pair.Server.Receive(new byte[1]));
        o.Does("async", () => asynchronous.GetAwaiter().GetResult());
        closer.Join();
        o.Does("peer sees", () => pair.Client.Receive(new byte[1]));
    }

    [Body(Blocks = 30)]
    public static void Shutdown_OfThePeer_EndsBoth(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        Task<int> asynchronous = pair.Server.ReceiveAsync(new byte[1].AsMemory(), SocketFlags.None).AsTask();
        Partner other = Partner.Later(kind, () => pair.Client.Shutdown(SocketShutdown.Send));
        o.Took("sync", 30, () => pair.Server.Receive(new byte[1]));
        o.Does("async", () => asynchronous.GetAwaiter().GetResult());
        other.Join();
        o.Does("Send goes on", () => pair.Server.Send([1]));
    }

    [Body]
    public static void ManyOfBothKinds_EveryByteComesOnce(Outcome o)
    {
        using var pair = new Loopback();
        int total = 0;
        Partner[] readers = [.. Enumerable.Range(0, 4).Select(n => Partner.Start(n == 3 ? PartnerKind.Native : PartnerKind.Thread, () =>
        {
            byte[] one = new byte[1];
            while ((n % 2 == 0 ? pair.Server.Receive(one) : pair.Server.ReceiveAsync(one.AsMemory(), SocketFlags.None).AsTask().Result) == 1) Interlocked.Add(ref total, one[0]);
        }))];
        for (int i = 1; i <= 200; i++)
        {
            pair.Client.Send([(byte)i]);
            if (i % 20 == 0) Thread.Sleep(1);
        }

        pair.Client.Shutdown(SocketShutdown.Send);
        Partner.JoinAll(readers);
        o.Say("total", total);
    }
}
