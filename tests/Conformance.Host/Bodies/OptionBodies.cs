using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>Options and states that greenlets must not change behind the program's back: Blocking above all.</summary>
[Sockets]
internal static class OptionBodies
{
    [Body]
    public static void Options_AreWhatTheyWere(Outcome o)
    {
        using var pair = new Loopback();
        Socket s = pair.Client;
        s.Send([1]);
        pair.Server.Receive(new byte[1]);
        foreach ((string name, Func<object?> get, Action set) in new (string, Func<object?>, Action)[]
        {
            ("NoDelay", () => s.NoDelay, () => s.NoDelay = false),
            ("Blocking", () => s.Blocking, () => s.Blocking = false),
            ("Linger", () => $"{s.LingerState!.Enabled} {s.LingerState.LingerTime}", () => s.LingerState = new LingerOption(true, 3)),
            ("KeepAlive", () => s.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive), () => s.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true)),
            ("KeepAliveTime", () => s.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime), () => s.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 9)),
            ("Ttl", () => s.Ttl, () => s.Ttl = 17),
            ("DontFragment", () => s.DontFragment, () => s.DontFragment = false),
            ("DualMode", () => s.DualMode, () => s.DualMode = true),
            ("Type", () => s.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Type), () => { }),
            ("Error", () => s.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error), () => { }),
            ("ReuseAddress", () => s.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress), () => { }),
            ("IsBound", () => s.IsBound, () => { }),
            ("state", () => $"{s.Connected} {s.Available} {s.SocketType} {s.ProtocolType} {s.AddressFamily}", () => { }),
        })
        {
            o.Does(name, get);
            o.Does(name + " set", set);
            o.Does(name + " is", get);
        }
    }

    [Body]
    public static void Blocking_SwitchedToAndFro_IsObeyed(Outcome o)
    {
        using var pair = new Loopback();
        byte[] y = new byte[4];
        for (int i = 0; i < 3; i++)
        {
            pair.Server.Blocking = false;
            o.NeverSwitches("non-blocking", () => pair.Server.Receive(y));
            o.NeverSwitches("list", () => pair.Server.Receive([new ArraySegment<byte>(y)]));
            pair.Server.Blocking = true;
            pair.Server.ReceiveTimeout = 30;
            o.Took("blocking", 30, () => pair.Server.Receive(y));
            o.Say("is", pair.Server.Blocking);
        }

        pair.Client.Blocking = false;
        o.NeverSwitches("send", () => pair.Client.Send([1]));
        o.Does("fill", () => Loopback.Fill(pair.Client));
        // However full it is, the kernel makes room for some bytes now and then: what fits is sent first.
        byte[] big = new byte[1 << 20];
        o.NeverSwitches("full", () =>
        {
            while (true) pair.Client.Send(big);
        });
        o.NeverSwitches("full, list", () =>
        {
            while (true) pair.Client.Send([new ArraySegment<byte>(big)]);
        });
    }

    [Body]
    public static void NonBlockingOnBothSides_WithPoll_MovesAll(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        pair.Client.Blocking = pair.Server.Blocking = false;
        byte[] data = new byte[2_000_000];
        new Random(4).NextBytes(data);
        Partner sender = Partner.Start(kind, () =>
        {
            int at = 0;
            while (at < data.Length)
            {
                at += pair.Client.Send(data, at, data.Length - at, SocketFlags.None, out SocketError e);
                if (e == SocketError.WouldBlock) pair.Client.Poll(-1, SelectMode.SelectWrite);
                else if (e != SocketError.Success) throw new SocketException((int)e);
            }

            pair.Client.Shutdown(SocketShutdown.Send);
        });
        byte[] got = new byte[data.Length];
        int count = 0;
        while (true)
        {
            pair.Server.Poll(-1, SelectMode.SelectRead);
            int n = pair.Server.Receive(got, count, got.Length - count, SocketFlags.None, out SocketError e);
            if (e == SocketError.WouldBlock) continue;
            if (n == 0) break;
            count += n;
            if (count == got.Length) break;
        }

        sender.Join();
        o.Say("same", got.AsSpan().SequenceEqual(data));
    }

    [Body]
    public static void IOControl_AndRawOptions_Work(Outcome o)
    {
        using var pair = new Loopback();
        pair.Client.Send([1, 2, 3]);
        pair.Server.Poll(1_000_000, SelectMode.SelectRead);
        o.Does("bytes there", () =>
        {
            byte[] count = new byte[4];
            pair.Server.IOControl(IOControlCode.DataToRead, null, count);
            return BitConverter.ToInt32(count);
        });
        o.Does("raw", () =>
        {
            byte[] value = new byte[4];
            pair.Server.GetRawSocketOption(6, 1, value);
            return BitConverter.ToInt32(value);
        });
        o.Does("non-blocking by control", () => pair.Server.IOControl(IOControlCode.NonBlockingIO, BitConverter.GetBytes(1), null));
    }
}
