using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>Socket.Poll and Socket.Select in every mode and state.</summary>
[Sockets]
internal static class PollBodies
{
    private static string All(Socket s, int microseconds = 0) =>
        $"{s.Poll(microseconds, SelectMode.SelectRead)} {s.Poll(microseconds, SelectMode.SelectWrite)} {s.Poll(microseconds, SelectMode.SelectError)}";

    private static string Select(Socket[] read, Socket[] write, Socket[] error, int microseconds)
    {
        List<Socket> r = [.. read], w = [.. write], e = [.. error];
        Socket.Select(r, w, e, microseconds);
        return $"{string.Join(',', r.Select(s => Array.IndexOf(read, s)))} | {string.Join(',', w.Select(s => Array.IndexOf(write, s)))} | {string.Join(',', e.Select(s => Array.IndexOf(error, s)))}";
    }

    [Body]
    public static void EveryState_AnswersAsNatively(Outcome o)
    {
        // With no wait and with one: the two go different ways.
        foreach (int wait in new[] { 0, 3000 })
        {
            using var fresh = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            o.Does($"fresh {wait}", () => All(fresh, wait));
            using Socket listener = Loopback.Listen();
            o.Does($"listener {wait}", () => All(listener, wait));
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(listener.LocalEndPoint!);
            listener.Poll(1_000_000, SelectMode.SelectRead);
            o.Does($"listener with a connection {wait}", () => All(listener, wait));
            using Socket server = listener.Accept();
            o.Does($"connected {wait}", () => All(client, wait));
            server.Send([1]);
            client.Poll(1_000_000, SelectMode.SelectRead);
            o.Does($"a byte {wait}", () => All(client, wait));
            client.Receive(new byte[1]);
            server.Shutdown(SocketShutdown.Send);
            client.Poll(1_000_000, SelectMode.SelectRead);
            o.Does($"half closed {wait}", () => All(client, wait));
            client.Shutdown(SocketShutdown.Send);
            server.Poll(1_000_000, SelectMode.SelectRead);
            o.Does($"closed both ways {wait}", () => All(client, wait));
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            o.Does($"UDP {wait}", () => All(udp, wait));
        }
    }

    [Body(NoReader = "A reset is reported once: to the reader.")]
    public static void Reset_AnswersAsNatively(Outcome o)
    {
        foreach (int wait in new[] { 0, 3000 })
        {
            using var pair = new Loopback();
            pair.Server.LingerState = new LingerOption(true, 0);
            pair.Server.Close();
            pair.Client.Poll(1_000_000, SelectMode.SelectRead);
            o.Does($"reset {wait}", () => All(pair.Client, wait));
        }
    }

    [Body(Blocks = 30, NoReader = "A receive of out-of-band data waits behind the reader for ordinary bytes.")]
    public static void Waiting_EndsWithWhatItWaitsFor(Outcome o, PartnerKind kind)
    {
        using var pair = new Loopback();
        void After(Action action, string name, SelectMode mode)
        {
            Partner other = Partner.Later(kind, () => action());
            o.Took(name, 30, () => pair.Server.Poll(5_000_000, mode));
            other.Join();
        }

        After(() => pair.Client.Send([1]), "read", SelectMode.SelectRead);
        pair.Server.Receive(new byte[4]);
        After(() => pair.Client.Send([2], SocketFlags.OutOfBand), "error", SelectMode.SelectError);
        pair.Server.Receive(new byte[4], SocketFlags.OutOfBand);
        pair.Server.Blocking = false;
        o.Does("fill", () =>
        {
            Loopback.Fill(pair.Server);
            return pair.Server.Poll(0, SelectMode.SelectWrite);
        });
        After(() =>
        {
            byte[] buffer = new byte[1 << 20];
            while (pair.Client.Poll(50_000, SelectMode.SelectRead)) pair.Client.Receive(buffer);
        }, "write", SelectMode.SelectWrite);
        After(() => pair.Client.Close(), "end", SelectMode.SelectRead);
    }

    [Body(Blocks = 30, NoReader = "Natively a close cannot end a poll; whether it does follows from who else is queued.")]
    public static void Waiting_TheSocketIsDisposed_Ends(Outcome o, PartnerKind kind)
    {
        foreach (bool select in new[] { false, true })
        {
            var pair = new Loopback();
            Partner closer = Partner.Later(kind, () => pair.Server.Dispose());
            o.Took(select ? "select" : "poll", 30, () => select ? Select([pair.Server], [], [], -1) : pair.Server.Poll(-1, SelectMode.SelectRead));
            closer.Join();
            o.Does("afterwards", () => pair.Server.Poll(1000, SelectMode.SelectRead));
            pair.Dispose();
        }
    }

    [Body(Blocks = 30)]
    public static void Select_ThreeLists_KeepWhoIsReady(Outcome o, PartnerKind kind)
    {
        using var one = new Loopback();
        using var two = new Loopback();
        using var three = new Loopback();
        Socket[] all = [one.Server, two.Server, three.Server];
        o.Took("nothing to read", 40, () => Select(all, [], all, 40_000));
        Partner sender = Partner.Later(kind, () => three.Client.Send([1], SocketFlags.OutOfBand));
        o.Took("out of band", 30, () => Select([one.Server], [], all, 5_000_000));
        sender.Join();
        sender = Partner.Later(kind, () => one.Client.Send([1]));
        o.Took("read", 30, () => Select([two.Server, one.Server], [], [], -1));
        sender.Join();
        o.Does("read and write", () => Select(all, all, [], -1));
        o.Does("twice in one list", () => Select([one.Server, one.Server, two.Server], [], [], 1_000_000));
        o.Does("in all lists", () => Select(all, all, all, 1_000_000));
        o.NeverSwitches("0", () => Select(all, [], [], 0));
        sender = Partner.Later(kind, () => two.Client.Close());
        o.Took("closed by the peer", 30, () => Select([two.Server], [], [], 5_000_000));
        sender.Join();
    }

    [Body]
    public static void Select_BadLists_Throw(Outcome o)
    {
        using var pair = new Loopback();
        o.Does("nothing", () => Socket.Select(null, null, null, 0));
        o.Does("empty lists", () => Socket.Select(new List<Socket>(), new List<Socket>(), null, 0));
        o.Does("no sockets", () => Socket.Select(new List<object> { 1 }, null, null, 5000));
        o.Does("null in a list", () => Socket.Select(new List<Socket?> { pair.Server, null }, null, null, 5000));
        o.Does("too many", () => Socket.Select(Enumerable.Repeat(pair.Server, 65537).ToList(), null, null, 0));
        o.Does("time span", () =>
        {
            var write = new List<Socket> { pair.Server };
            Socket.Select(null, write, null, TimeSpan.FromSeconds(1));
            return write.Count;
        });
        o.Does("time span below zero", () => Socket.Select(new List<Socket> { pair.Server }, null, null, TimeSpan.FromDays(-1)));
        var gone = new Loopback();
        gone.Dispose();
        o.Does("disposed", () => Socket.Select(new List<Socket> { pair.Server, gone.Server }, null, null, 5000));
        o.Does("poll disposed", () => gone.Server.Poll(5000, SelectMode.SelectWrite));
    }

    [Body(Blocks = 30)]
    public static void Select_ManySockets_FindsTheOne(Outcome o, PartnerKind kind)
    {
        Socket[] all = [.. Enumerable.Range(0, 200).Select(_ =>
        {
            var s = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            s.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return AsyncReader.Attach(s);
        })];
        Partner sender = Partner.Later(kind, () => all[0].SendTo([1], all[150].LocalEndPoint!));
        o.Took("one of 200", 30, () => Select(all, [], all, -1));
        sender.Join();
        foreach (Socket s in all) s.Dispose();
    }
}
