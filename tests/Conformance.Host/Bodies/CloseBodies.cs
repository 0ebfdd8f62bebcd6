using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>Close of a socket under each call that waits on it, by a greenlet and by a native thread; and resets by the peer.</summary>
[Sockets]
internal static class CloseBodies
{
    private static readonly byte[] s_big = new byte[16_000_000];

    private static (string Name, Func<Socket, object?> Call)[] Receives()
    {
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        SocketFlags flags = SocketFlags.None;
        return
        [
            ("span", s => s.Receive(new byte[2].AsSpan())),
            ("list", s => s.Receive([new ArraySegment<byte>(new byte[2])])),
            ("error", s => $"{s.Receive(new byte[2], 0, 2, SocketFlags.None, out SocketError e)} {e}"),
            ("from", s => s.ReceiveFrom(new byte[2], ref from)),
            ("message", s => s.ReceiveMessageFrom(new byte[2], 0, 2, ref flags, ref from, out _)),
            ("peek", s => s.Receive(new byte[2], SocketFlags.Peek)),
        ];
    }

    private static (string Name, Func<Socket, object?> Call)[] Sends() =>
    [
        ("array", s => s.Send(s_big)),
        ("list", s => s.Send([new ArraySegment<byte>(s_big)])),
        ("error", s => $"{s.Send(s_big, 0, s_big.Length, SocketFlags.None, out SocketError e) > 0} {e}"),
        ("to", s => s.SendTo(s_big, s.RemoteEndPoint!)),
    ];

    private static void Under(Outcome o, PartnerKind kind, (string Name, Func<Socket, object?> Call) call, Action<Loopback> end, bool waitsInTheBcl = false)
    {
        using var pair = new Loopback();
        if (waitsInTheBcl) pair.WaitingInTheBcl();
        Partner other = Partner.Later(kind, () => end(pair));
        o.Took(call.Name, 30, () => call.Call(pair.Server));
        other.Join();
        o.Does(call.Name + " afterwards", () => call.Call(pair.Server));
    }

    [Body(Blocks = 30)]
    public static void Dispose_UnderEveryReceive_EndsIt(Outcome o, PartnerKind kind)
    {
        foreach (var call in Receives()) Under(o, kind, call, p => p.Server.Dispose());
    }

    [Body(Blocks = 30)]
    public static void Dispose_UnderEverySend_EndsIt(Outcome o, PartnerKind kind)
    {
        foreach (var call in Sends()) Under(o, kind, call, p => p.Server.Dispose());
    }

    [Body(Blocks = 30)]
    public static void OtherWaysToClose_UnderReceive_EndIt(Outcome o, PartnerKind kind)
    {
        var receive = Receives()[0];
        Under(o, kind, receive with { Name = "Close" }, p => p.Server.Close());
        Under(o, kind, receive with { Name = "Close(0)" }, p => p.Server.Close(0));
        Under(o, kind, receive with { Name = "Close(1)" }, p => p.Server.Close(1));
        Under(o, kind, receive with { Name = "linger 0" }, p =>
        {
            p.Server.LingerState = new LingerOption(true, 0);
            p.Server.Dispose();
        });
    }

    [Body(Blocks = 30, NoReader = "A reset is reported once: to the reader.")]
    public static void ResetByThePeer_UnderEveryCall_Throws(Outcome o, PartnerKind kind)
    {
        foreach (var call in Receives())
        {
            if (call.Name is "peek" or "from" or "message") continue; // as the others
            Under(o, kind, call, p =>
            {
                p.Client.LingerState = new LingerOption(true, 0);
                p.Client.Close();
            });
        }

        foreach (var call in Sends())
        {
            Under(o, kind, call with { Name = "send " + call.Name }, p =>
            {
                p.Client.LingerState = new LingerOption(true, 0);
                p.Client.Close();
            }, waitsInTheBcl: true);
        }
    }

    [Body(Blocks = 30)]
    public static void Dispose_UnderReaderAndWriter_EndsBoth(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        string wrote = "";
        Partner writer = Partner.Start(kind, () =>
        {
            try
            {
                pair.Server.Send(s_big);
                wrote = "sent";
            }
            catch (SocketException e)
            {
                wrote = Outcome.Describe(e);
            }
        });
        Partner closer = Partner.Later(() => pair.Server.Dispose());
        o.Took("Receive", 30, () => pair.Server.Receive(new byte[1]));
        Partner.JoinAll(writer, closer);
        o.Say("Send", wrote);
    }

    [Body]
    public static void ManyTimesAtOnce_FromManySides_ClosesAndEndsTheReader(Outcome o)
    {
        int ended = 0, closed = 0;
        for (int i = 0; i < 5; i++)
        {
            using var pair = new Loopback();
            Partner reader = Partner.Start(() =>
            {
                try
                {
                    pair.Server.Receive(new byte[1]);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    ended++; // whichever comes first
                }
            });
            Thread.Sleep(2);
            Partner[] closers = [.. Enumerable.Range(0, 4).Select(n => Partner.Start(n % 2 == 0 ? PartnerKind.Native : PartnerKind.Thread, pair.Server.Dispose))];
            Partner.JoinAll([.. closers, reader]);
            if (pair.Server.SafeHandle.IsClosed) closed++;
        }

        o.Say("ended, closed", $"{ended} {closed}");
    }

    [Body(NoReader = "Whether the reader is queued when the socket is closed, and so whether the close is abortive, is a race natively, too.")]
    public static void Linger_UnsentBytesAndClose(Outcome o)
    {
        foreach ((string name, LingerOption linger) in new[] { ("on, 0", new LingerOption(true, 0)), ("on, 5", new LingerOption(true, 5)), ("off", new LingerOption(false, 0)) })
        {
            using var pair = new Loopback();
            pair.Server.LingerState = linger;
            o.Say(name, $"{pair.Server.LingerState!.Enabled} {pair.Server.LingerState.LingerTime}");
            pair.Server.Send([1, 2, 3]);
            pair.Client.Poll(1_000_000, SelectMode.SelectRead);
            pair.Server.Close();
            o.Does(name + ": the bytes", () => pair.Client.Receive(new byte[8]));
            o.Does(name + ": the end", () => pair.Client.Receive(new byte[8]));
        }
    }

    [Body(Blocks = 30, NoReader = "Two Socket objects over one open connection have a queue each.")]
    public static void SharedHandle_TheOtherCopyGoesOn(Outcome o, PartnerKind kind)
    {
        // What DuplicateAndClose does for processes: a second descriptor of the same connection.
        using var pair = new Loopback();
        using var copy = new Socket(Native.Duplicate(pair.Server));
        o.Say("copy", $"{copy.Connected} {copy.Blocking} {copy.RemoteEndPoint!.Equals(pair.Client.LocalEndPoint)} {copy.SocketType} {copy.AddressFamily}");
        Partner sender = Partner.Later(kind, () => pair.Client.Send([1]));
        o.Took("receive on the copy", 30, () => copy.Receive(new byte[4]));
        sender.Join();
        o.Does("send on both", () => pair.Server.Send([2]) + copy.Send([3]));
        o.Say("received", Loopback.ReceiveAll(pair.Client, 2));
    }
}
