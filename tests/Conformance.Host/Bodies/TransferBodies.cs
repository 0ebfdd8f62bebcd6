using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>TCP: flags, lists of segments, nothing at all, more than fits, and several callers at once.</summary>
[Sockets]
internal static class TransferBodies
{
    private static byte[] Pattern(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    [Body(Blocks = 30)]
    public static void ZeroBytes_SentAndReceived_AreNoEnd(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] y = new byte[4];
        o.Does("send nothing", () => pair.Client.Send(Array.Empty<byte>()));
        o.Does("send an empty span", () => pair.Client.Send(ReadOnlySpan<byte>.Empty, SocketFlags.None));
        o.Does("send an empty segment", () => pair.Client.Send([new ArraySegment<byte>(y, 2, 0)]));
        o.Say("arrived", pair.Server.Available);
        o.Took("poll", 20, () => pair.Server.Poll(20_000, SelectMode.SelectRead));
        foreach ((string name, Func<object?> receive) in new (string, Func<object?>)[]
        {
            ("span", () => pair.Server.Receive(Span<byte>.Empty)),
            ("segment", () => pair.Server.Receive([new ArraySegment<byte>(y, 1, 0)])),
            ("flags", () => pair.Server.Receive(y, 0, SocketFlags.None)),
        })
        {
            Partner sender = Partner.Later(kind, () => pair.Client.Send([1]));
            o.Took(name + " waits for a byte", 30, receive);
            sender.Join();
            o.Does(name + " leaves it", () => pair.Server.Receive(y));
        }

        pair.Client.Shutdown(SocketShutdown.Send);
        o.Does("at the end", () => pair.Server.Receive(Span<byte>.Empty));
    }

    [Body(Blocks = 30)]
    public static void Peek_EveryOverload_LeavesTheBytes(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] y = new byte[6];
        Partner sender = Partner.Later(kind, () => pair.Client.Send([1, 2, 3, 4]));
        o.Took("list", 30, () => pair.Server.Receive([new ArraySegment<byte>(y, 0, 1), new ArraySegment<byte>(y, 2, 2)], SocketFlags.Peek));
        sender.Join();
        o.Say("scattered", y);
        o.Does("span", () => pair.Server.Receive(y.AsSpan(), SocketFlags.Peek));
        o.Does("offset", () => pair.Server.Receive(y, 4, 2, SocketFlags.Peek));
        o.Say("twice", y);
        o.Does("error", () => $"{pair.Server.Receive(y.AsSpan(0, 2), SocketFlags.Peek, out SocketError e)} {e}");
        o.Does("all", () => pair.Server.Receive(y));
        pair.Server.ReceiveTimeout = 40;
        o.Took("nothing left", 40, () => pair.Server.Receive(y, SocketFlags.Peek));
    }

    [Body]
    public static void FlagsThatMakeNoSense_AreRefusedOrIgnored(Outcome o)
    {
        using var pair = new Loopback();
        byte[] y = new byte[4];
        pair.Client.Send([1, 2, 3, 4, 5, 6]);
        pair.Server.Poll(1_000_000, SelectMode.SelectRead);
        foreach (SocketFlags flags in new[] { SocketFlags.Partial, SocketFlags.Truncated, SocketFlags.ControlDataTruncated, SocketFlags.Broadcast, SocketFlags.Multicast, SocketFlags.DontRoute, (SocketFlags)0x40000000 })
        {
            o.Does($"receive {flags}", () => pair.Server.Receive(y, 1, flags));
            o.Does($"receive {flags}, error", () => $"{pair.Server.Receive(y, 0, 1, flags, out SocketError e)} {e}");
            o.Does($"send {flags}", () => pair.Client.Send(y, 1, flags));
        }
    }

    [Body]
    public static void Segments_MoreThanTheKernelTakesAtOnce_AllArrive(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        byte[] data = Pattern(3000 * 7);
        var many = new List<ArraySegment<byte>>();
        for (int i = 0; i < 3000; i++) many.Add(new ArraySegment<byte>(data, i * 7, 7));
        Partner sender = Partner.Start(kind, () => pair.Client.Send(many));
        byte[] got = Loopback.ReceiveAll(pair.Server, data.Length);
        sender.Join();
        o.Say("same", got.AsSpan().SequenceEqual(data));

        var places = new List<ArraySegment<byte>>();
        byte[] scattered = new byte[data.Length];
        for (int i = 0; i < 3000; i++) places.Add(new ArraySegment<byte>(scattered, i * 7, 7));
        pair.Client.Send(data, 0, 500, SocketFlags.None);
        pair.Server.Poll(1_000_000, SelectMode.SelectRead);
        o.Does("Receive", () => pair.Server.Receive(places));
        o.Say("same", scattered.AsSpan(0, 500).SequenceEqual(data.AsSpan(0, 500)));
    }

    [Body]
    public static void Segments_LargerThanTheBuffers_AreSentWhole(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        pair.Client.SendBufferSize = 8192;
        byte[] data = Pattern(3_000_000);
        Partner sender = Partner.Start(kind, () =>
        {
            // A try ends somewhere inside a segment: the next one goes on there.
            o.Does("Send", () => pair.Client.Send(new List<ArraySegment<byte>> { new(data, 0, 1), new(data, 1, 0), new(data, 1, 1_999_999), new(data, 2_000_000, 3), new(data, 2_000_003, 999_997) }));
            pair.Client.Shutdown(SocketShutdown.Send);
        });
        Thread.Sleep(20);
        byte[] got = Loopback.ReceiveAll(pair.Server, data.Length);
        sender.Join();
        o.Say("same", got.AsSpan().SequenceEqual(data));
        o.Does("end", () => pair.Server.Receive(got));
    }

    [Body(NoReader = "A bad list is refused when the receive is tried: behind a reader that is never.")]
    public static void Segments_BadLists_Throw(Outcome o)
    {
        using var pair = new Loopback();
        var y = new byte[4];
        o.Does("send with a null array", () => pair.Client.Send(new List<ArraySegment<byte>> { new(y), default }));
        o.Does("receive with a null array", () => pair.Server.Receive(new List<ArraySegment<byte>> { default }));
        o.Does("empty, error", () => pair.Client.Send(new List<ArraySegment<byte>>(), SocketFlags.None, out _));
        o.Does("list as array", () => pair.Client.Send(new ArraySegment<byte>[] { new(y, 1, 2) }));
        o.Does("arrives", () => pair.Server.Receive(new ArraySegment<byte>[] { new(y, 0, 1), new(y, 3, 1) }));
    }

    [Body(NoReader = "A receive of out-of-band data waits behind the reader for ordinary bytes.")]
    public static void OutOfBand_Data_ComesBesideTheStream(Outcome o)
    {
        using var pair = new Loopback();
        byte[] y = new byte[8];
        o.Does("none yet", () => pair.Server.Receive(y, SocketFlags.OutOfBand));
        pair.Client.Send([1, 2]);
        o.Does("send", () => pair.Client.Send([9], SocketFlags.OutOfBand));
        o.Does("poll", () => pair.Server.Poll(2_000_000, SelectMode.SelectError));
        o.Does("select", () =>
        {
            var error = new List<Socket> { pair.Server, pair.Client };
            Socket.Select(null, null, error, 1_000_000);
            return $"{error.Count} {ReferenceEquals(error[0], pair.Server)}";
        });
        o.Does("receive it", () => pair.Server.Receive(y, SocketFlags.OutOfBand));
        o.Say("it", y[0]);
        o.Does("the stream", () => pair.Server.Receive(y));
        o.Say("bytes", y);
        o.Does("inline", () => pair.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.OutOfBandInline, true));
        pair.Client.Send([7], SocketFlags.OutOfBand);
        pair.Server.Poll(2_000_000, SelectMode.SelectRead);
        o.Does("as a byte of the stream", () => pair.Server.Receive(y));
        o.Say("bytes", y);
    }

    [Body]
    public static void TwoReaders_AtOnce_EachByteComesOnce(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        long sum = 0;
        int count = 0;
        Partner[] readers = [.. Enumerable.Range(0, 2).Select(n => Partner.Start(kind, () =>
        {
            byte[] buffer = new byte[n == 0 ? 700 : 1300];
            int got;
            while ((got = pair.Server.Receive(buffer)) > 0)
            {
                Interlocked.Add(ref count, got);
                for (int i = 0; i < got; i++) Interlocked.Add(ref sum, buffer[i]);
            }
        }))];
        byte[] data = Pattern(600_000);
        for (int at = 0; at < data.Length; at += 20_000)
        {
            pair.Client.Send(data, at, 20_000, SocketFlags.None);
            if (at % 100_000 == 0) Thread.Sleep(1);
        }

        pair.Client.Shutdown(SocketShutdown.Send);
        Partner.JoinAll(readers);
        o.Say("bytes", count);
        o.Say("sum", sum == data.Sum(b => (long)b));
    }

    [Body]
    public static void TwoWriters_AtOnce_NothingIsLostOrDoubled(Outcome o, PartnerKind kind)
    {
        // Each Send is larger than the buffers, so that it waits in the middle. Natively the parts of two blocking calls may then alternate, in whole kernel writes: what is
        // compared is that every byte of both comes once, and in its own order.
        using var pair = new Loopback();
        pair.Client.SendBufferSize = 8192;
        const int Each = 400_000, Rounds = 3;
        Partner[] writers = [.. Enumerable.Range(0, 2).Select(n => Partner.Start(kind, () =>
        {
            byte[] data = new byte[Each];
            for (int round = 0; round < Rounds; round++)
            {
                for (int i = 0; i < Each; i++) data[i] = (byte)(n << 7 | (round * Each + i) % 127);
                if (pair.Client.Send(data) != Each) throw new InvalidOperationException("a part");
            }
        }))];
        byte[] all = Loopback.ReceiveAll(pair.Server, 2 * Rounds * Each);
        Partner.JoinAll(writers);
        int[] next = new int[2];
        int wrong = 0;
        foreach (byte b in all)
        {
            if ((b & 127) != next[b >> 7]++ % 127) wrong++;
        }

        o.Say("bytes", $"{next[0]} {next[1]}");
        o.Say("out of order", wrong);
    }
}
