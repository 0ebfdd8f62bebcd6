using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>A peer that resets the connection, or is not there (UDP), under calls that wait. CloseBodies has the plain receives and sends.</summary>
[Sockets(Reader = false)] // an error is reported once: who meets it first, the reader or the call, is a race natively, too
internal static class ResetBodies
{
    private static void Reset(Loopback pair)
    {
        pair.Client.LingerState = new LingerOption(true, 0);
        pair.Client.Close();
    }

    private static string Select(Socket socket, bool read, bool error)
    {
        List<Socket> reads = read ? [socket] : [], errors = error ? [socket] : [];
        Socket.Select(reads, null, errors, 10_000_000);
        return $"{reads.Count} {errors.Count}";
    }

    [Body(Blocks = 30)]
    public static void Reset_UnderPollAndSelect_EndsThem(Outcome o, PartnerKind kind)
    {
        foreach ((string name, Func<Socket, object?> call) in new (string, Func<Socket, object?>)[]
        {
            ("poll to read", s => s.Poll(10_000_000, SelectMode.SelectRead)),
            ("poll for errors", s => s.Poll(10_000_000, SelectMode.SelectError)),
            ("select to read", s => Select(s, read: true, error: false)),
            ("select both", s => Select(s, read: true, error: true)),
        })
        {
            using var pair = new Loopback();
            Partner other = Partner.Later(kind, () => Reset(pair));
            o.Took(name, 30, () => call(pair.Server));
            other.Join();
            o.Does(name + ", receive", () => pair.Server.Receive(new byte[1]));
            o.Does(name + ", send", () => pair.Server.Send([1]));
        }
    }

    [Body(Blocks = 30)]
    public static void Reset_UnderStreams_IsWrapped(Outcome o, PartnerKind kind)
    {
        byte[] big = new byte[16_000_000];
        string file = Path.GetTempFileName();
        File.WriteAllBytes(file, big);
        foreach ((string name, Func<Socket, object?> call) in new (string, Func<Socket, object?>)[]
        {
            ("read", s => new NetworkStream(s).ReadByte()),
            ("text", s => new StreamReader(new NetworkStream(s)).ReadLine()),
            ("write", s =>
            {
                new NetworkStream(s).Write(big);
                return "written";
            }),
            ("file", s =>
            {
                s.SendFile(file);
                return "sent";
            }),
        })
        {
            using Loopback pair = new Loopback().WaitingInTheBcl();
            Partner other = Partner.Later(kind, () => Reset(pair));
            o.Took(name, 30, () => call(pair.Server));
            other.Join();
        }

        File.Delete(file);
    }

    [Body(Blocks = 30)]
    public static void Reset_UnderTwoReaders_EndsBoth(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        string[] ends = new string[2];
        Partner[] readers = [.. Enumerable.Range(0, 2).Select(i => Partner.Start(kind, () =>
        {
            try
            {
                ends[i] = $"got {pair.Server.Receive(new byte[4])}";
            }
            catch (SocketException e)
            {
                ends[i] = Outcome.Describe(e);
            }
        }))];
        Outcome.Settle();
        Reset(pair);
        Partner.JoinAll(readers);
        o.Say("one has the error, the other the end", ends.Order(StringComparer.Ordinal));
    }

    [Body(Blocks = 30)]
    public static void Reset_UnderReaderAndWriter_EndsBoth(Outcome o, PartnerKind kind)
    {
        using Loopback pair = new Loopback().WaitingInTheBcl();
        bool wrote = false;
        Partner writer = Partner.Start(kind, () =>
        {
            try
            {
                pair.Server.Send(new byte[16_000_000]);
                wrote = true;
            }
            catch (SocketException)
            {
                // which of the two gets which error is a race
            }
        });
        Partner other = Partner.Later(kind, () => Reset(pair));
        o.Took("receive", 30, () =>
        {
            try
            {
                return $"ended {pair.Server.Receive(new byte[4])}";
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                return "ended 0";
            }
        });
        Partner.JoinAll(writer, other);
        o.Say("all was sent", wrote);
    }

    [Body]
    public static void Reset_WithBytesUnread_TheyComeFirst(Outcome o)
    {
        using var pair = new Loopback();
        pair.Client.Send([1, 2, 3]);
        pair.Server.Poll(5_000_000, SelectMode.SelectRead);
        Reset(pair);
        Outcome.Settle();
        o.Does("the bytes", () => pair.Server.Receive(new byte[2]));
        o.Does("the rest", () => pair.Server.Receive(new byte[8]));
        o.Does("then", () => pair.Server.Receive(new byte[8]));
        o.Does("and then", () => pair.Server.Receive(new byte[8]));
    }

    [Body(Blocks = 30)]
    public static void NobodyThere_UnderEveryDatagramCall_IsRefused(Outcome o, PartnerKind kind)
    {
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        SocketFlags flags = SocketFlags.None;
        foreach ((string name, Func<Socket, object?> call) in new (string, Func<Socket, object?>)[]
        {
            ("span", s => s.Receive(new byte[2].AsSpan())),
            ("list", s => s.Receive([new ArraySegment<byte>(new byte[2])])),
            ("from", s => s.ReceiveFrom(new byte[2], ref from)),
            ("message", s => s.ReceiveMessageFrom(new byte[2], 0, 2, ref flags, ref from, out _)),
            ("poll", s => s.Poll(10_000_000, SelectMode.SelectRead)),
            ("poll for errors", s => s.Poll(10_000_000, SelectMode.SelectError)),
            ("select", s => Select(s, read: true, error: true)),
        })
        {
            using var near = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            using Socket far = Loopback.RefusingDatagrams();
            near.Connect(far.LocalEndPoint!);
            Partner other = Partner.Later(kind, () =>
            {
                near.Send([1]); // and the answer is that nobody has that port
            });
            o.Took(name, 30, () => call(near));
            other.Join();
        }
    }
}
