using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>TCP through Socket: bytes there and back.</summary>
[Sockets]
internal static class SocketBodies
{
    private static List<ArraySegment<byte>> Segments(ArraySegment<byte> first, ArraySegment<byte>? second = null) => second is { } s ? [first, s] : [first];

    [Body]
    public static void SendReceive_EveryOverload_MovesTheBytes(Outcome o)
    {
        using var pair = new Loopback();
        Socket a = pair.Client, b = pair.Server;
        byte[] x = [1, 2, 3, 4, 5, 6, 7, 8];
        byte[] y = new byte[8];

        void Check(string name, Func<object?> send, Func<object?> receive)
        {
            Array.Clear(y);
            o.Does(name + " sent", send);
            o.Does(name + " received", receive);
            o.Say(name, y);
        }

        Check("array", () => a.Send(x), () => b.Receive(y));
        Check("array, flags", () => a.Send(x, SocketFlags.None), () => b.Receive(y, SocketFlags.None));
        Check("array, size", () => a.Send(x, 5, SocketFlags.None), () => b.Receive(y, 5, SocketFlags.None));
        Check("array, offset", () => a.Send(x, 2, 4, SocketFlags.None), () => b.Receive(y, 3, 4, SocketFlags.None));
        Check("array, error", () => $"{a.Send(x, 0, 8, SocketFlags.None, out SocketError e)} {e}", () => $"{b.Receive(y, 0, 8, SocketFlags.None, out SocketError e)} {e}");
        Check("span", () => a.Send(x.AsSpan(1, 3)), () => b.Receive(y.AsSpan(1, 3)));
        Check("span, flags", () => a.Send(x.AsSpan(), SocketFlags.None), () => b.Receive(y.AsSpan(), SocketFlags.None));
        Check("span, error", () => $"{a.Send(x.AsSpan(), SocketFlags.None, out SocketError e)} {e}", () => $"{b.Receive(y.AsSpan(), SocketFlags.None, out SocketError e)} {e}");
        Check("list", () => a.Send(Segments(new(x, 0, 3), new(x, 4, 2))), () => b.Receive(Segments(new(y, 0, 2), new(y, 4, 3))));
        Check("list, flags", () => a.Send(Segments(new(x, 0, 3), new(x, 4, 2)), SocketFlags.None), () => b.Receive(Segments(new(y, 0, 2), new(y, 4, 3)), SocketFlags.None));
        Check("list, error", () => $"{a.Send(Segments(new(x, 0, 3)), SocketFlags.None, out SocketError e)} {e}", () => $"{b.Receive(Segments(new(y, 0, 3)), SocketFlags.None, out SocketError e)} {e}");
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        Check("SendTo, ReceiveFrom", () => a.SendTo(x, b.LocalEndPoint!), () => b.ReceiveFrom(y, ref from));
        Check("nothing", () => a.Send(Array.Empty<byte>()), () => b.Available);
    }

    [Body]
    public static void BadArguments_Throw(Outcome o)
    {
        using var pair = new Loopback();
        Socket a = pair.Client;
        byte[] x = new byte[4];
        o.Does("send null", () => a.Send((byte[])null!));
        o.Does("receive null", () => a.Receive((byte[])null!));
        o.Does("send offset", () => a.Send(x, 5, 1, SocketFlags.None));
        o.Does("receive size", () => a.Receive(x, 2, 3, SocketFlags.None));
        o.Does("null list", () => a.Send((IList<ArraySegment<byte>>)null!));
        o.Does("empty list", () => a.Receive(new List<ArraySegment<byte>>()));
        o.Does("connect null", () => a.Connect((EndPoint)null!));
        o.Does("connect twice", () => a.Connect(pair.Server.LocalEndPoint!));
        o.Does("poll", () => a.Poll(0, (SelectMode)9));
        o.Does("poll span", () => a.Poll(TimeSpan.MaxValue, SelectMode.SelectRead));
        o.Does("timeout -2", () => a.ReceiveTimeout = -2);
        o.Does("select nothing", () => Socket.Select(null, null, null, 1000));
        using var raw = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        o.Does("receive unconnected", () => raw.Receive(x));
        o.Does("send unconnected", () => raw.Send(x));
        o.Does("accept unbound", () => raw.Accept());
        o.Does("listen unbound", () => raw.Listen());
        o.Does("shutdown unconnected", () => raw.Shutdown(SocketShutdown.Both));
        o.Does("remote end", () => raw.RemoteEndPoint);
    }

    [Body(Blocks = 30)]
    public static void Receive_NothingThere_WaitsForBytes(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        Partner sender = Partner.Later(kind, () => pair.Client.Send([1, 2, 3]));
        byte[] y = new byte[8];
        o.Took("Receive", 30, () => pair.Server.Receive(y));
        o.Say("bytes", y);
        sender.Join();
    }

    [Body(Blocks = 30)]
    public static void Receive_Span_List_AndError_WaitToo(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] y = new byte[8];
        foreach ((string name, Func<object?> receive) in new (string, Func<object?>)[]
        {
            ("span", () => pair.Server.Receive(y.AsSpan())),
            ("list", () => pair.Server.Receive(Segments(new(y, 0, 1), new(y, 1, 4)))),
            ("error", () => $"{pair.Server.Receive(y, 0, 8, SocketFlags.None, out SocketError e)} {e}"),
            ("from", () =>
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                return pair.Server.ReceiveFrom(y, ref from);
            }),
            ("empty buffer waits for readiness", () => pair.Server.Receive(Array.Empty<byte>())),
            ("the byte is still there", () => pair.Server.Receive(y)),
        })
        {
            Partner? sender = name.StartsWith("the", StringComparison.Ordinal) ? null : Partner.Later(kind, () => pair.Client.Send([9, 8]));
            o.Took(name, sender is null ? 0 : 30, receive);
            sender?.Join();
        }
    }

    [Body(Blocks = 60)]
    public static void ReceiveTimeout_Passes_Throws(Outcome o)
    {
        using var pair = new Loopback();
        byte[] y = new byte[8];
        pair.Server.ReceiveTimeout = 60;
        o.Say("timeout", pair.Server.ReceiveTimeout);
        o.Took("Receive", 60, () => pair.Server.Receive(y));
        o.Took("error", 60, () => $"{pair.Server.Receive(y, 0, 8, SocketFlags.None, out SocketError e)} {e}");
        o.Say("connected", pair.Server.Connected);
        pair.Server.ReceiveTimeout = 5000; // the byte is what is looked at now
        pair.Client.Send([5]);
        o.Does("afterwards", () => pair.Server.Receive(y));
        pair.Server.ReceiveTimeout = 0;
        o.Say("timeout", pair.Server.ReceiveTimeout);
        pair.Server.ReceiveTimeout = -1;
        o.Say("timeout", pair.Server.ReceiveTimeout);
    }

    [Body(Blocks = 60)]
    public static void SendTimeout_BuffersFull_Throws(Outcome o)
    {
        using var pair = new Loopback();
        pair.Client.SendBufferSize = 8192;
        pair.Server.ReceiveBufferSize = 8192;
        pair.Client.SendTimeout = 80;
        byte[] big = new byte[16 * 1024 * 1024];
        o.Took("Send", 70, () => pair.Client.Send(big));
    }

    [Body]
    public static void Send_LargeBuffer_SendsAll(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] big = new byte[5_000_000];
        new Random(1).NextBytes(big);
        Partner sender = Partner.Start(kind, () =>
        {
            o.Does("Send", () => pair.Client.Send(big));
            pair.Client.Shutdown(SocketShutdown.Send);
        });
        Thread.Sleep(20);
        byte[] all = Loopback.ReceiveAll(pair.Server, big.Length);
        sender.Join();
        o.Say("same", all.AsSpan().SequenceEqual(big));
        o.Does("end", () => pair.Server.Receive(all));
    }

    [Body(Blocks = 30)]
    public static void Peek_LeavesTheBytes(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] y = new byte[8];
        Partner sender = Partner.Later(kind, () => pair.Client.Send([1, 2, 3]));
        o.Took("peek", 30, () => pair.Server.Receive(y, SocketFlags.Peek));
        o.Does("peek again", () => pair.Server.Receive(y, 2, SocketFlags.Peek));
        o.Say("available", pair.Server.Available);
        o.Does("receive", () => pair.Server.Receive(y));
        o.Say("available", pair.Server.Available);
        sender.Join();
    }

    [Body]
    public static void NonBlocking_ByTheUser_NeverWaits(Outcome o)
    {
        using var pair = new Loopback();
        pair.Server.Blocking = false;
        byte[] y = new byte[8];
        o.NeverSwitches("Receive", () => pair.Server.Receive(y));
        o.NeverSwitches("error", () => $"{pair.Server.Receive(y, 0, 8, SocketFlags.None, out SocketError e)} {e}");
        using Socket listener = Loopback.Listen();
        listener.Blocking = false;
        o.NeverSwitches("Accept", () => listener.Accept());
        pair.Client.Send([1]);
        pair.Server.Poll(1_000_000, SelectMode.SelectRead);
        o.Does("with a byte", () => pair.Server.Receive(y));
        pair.Server.Blocking = true;
        pair.Server.ReceiveTimeout = 40;
        o.Took("blocking again", 40, () => pair.Server.Receive(y));
        o.Say("blocking", pair.Server.Blocking);
    }

    [Body(Blocks = 30)]
    public static void MixedSyncAndAsync_OnOneSocket_KeepTheOrder(Outcome o)
    {
        using var pair = new Loopback();
        byte[] first = new byte[1], second = new byte[1];
        Task<int> asynchronous = pair.Server.ReceiveAsync(first, SocketFlags.None);
        Partner other = Partner.Start(() => o.Does("sync", () => pair.Server.Receive(second)));
        Outcome.Settle();
        pair.Client.Send([1]);
        o.Does("async", () => asynchronous.Result);
        pair.Client.Send([2]);
        other.Join();
        o.Say("first", first);
        o.Say("second", second);
        o.Say("blocking", pair.Server.Blocking);
    }

    [Body]
    public static void ReceiverAndSender_AtOnceOnOneSocket_Work(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] big = new byte[2_000_000];
        Partner echo = Partner.Start(kind, () =>
        {
            byte[] buffer = new byte[65536];
            int n;
            while ((n = pair.Server.Receive(buffer)) > 0) pair.Server.Send(buffer, n, SocketFlags.None);
            pair.Server.Shutdown(SocketShutdown.Send);
        });
        Partner sender = Partner.Start(kind, () =>
        {
            pair.Client.Send(big);
            pair.Client.Shutdown(SocketShutdown.Send);
        });
        o.Say("echoed", Loopback.ReceiveAll(pair.Client, big.Length).Length);
        o.Does("end", () => pair.Client.Receive(new byte[1]));
        Partner.JoinAll(echo, sender);
    }

    [Body]
    public static void EchoServer_ManyClients_AllServed(Outcome o)
    {
        using Socket listener = Loopback.Listen(64);
        const int Clients = 30;
        Partner server = Partner.Start(() =>
        {
            var handlers = new List<Partner>();
            for (int i = 0; i < Clients; i++)
            {
                Socket s = listener.Accept();
                handlers.Add(Partner.Start(() =>
                {
                    using (s)
                    {
                        byte[] buffer = new byte[64];
                        int n;
                        while ((n = s.Receive(buffer)) > 0) s.Send(buffer, n, SocketFlags.None);
                    }
                }));
            }

            Partner.JoinAll([.. handlers]);
        });
        int good = 0;
        Partner.JoinAll([.. Enumerable.Range(0, Clients).Select(n => Partner.Start(n % 5 == 0 ? PartnerKind.Native : PartnerKind.Thread, () =>
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            client.Connect(listener.LocalEndPoint!);
            for (int k = 0; k < 10; k++)
            {
                client.Send([(byte)n, (byte)k]);
                byte[] back = Loopback.ReceiveAll(client, 2);
                if (back.Length == 2 && back[0] == n && back[1] == k) Interlocked.Increment(ref good);
            }
        }))]);
        server.Join();
        o.Say("good", good);
    }

    [Body(NoReader = "Behind a reader it waits in the BCL's own queue, which is interruptible natively, too.", NoSlowPath = "The BCL's own queue is an interruptible wait natively, too.")]
    public static void Receive_Interrupted_IsNotInterruptible(Outcome o)
    {
        // A socket call is no alertable wait natively: the interrupt stays pending until the next one.
        using var pair = new Loopback();
        Thread me = Thread.CurrentThread;
        Partner other = Partner.Later(() =>
        {
            me.Interrupt();
            Outcome.Settle();
            pair.Client.Send([1]);
        });
        o.Does("Receive", () => pair.Server.Receive(new byte[1]));
        o.Does("Sleep", () => Thread.Sleep(1));
        other.Join();
    }
}
