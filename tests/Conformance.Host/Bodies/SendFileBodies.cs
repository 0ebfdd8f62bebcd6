using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>Socket.SendFile.</summary>
[Sockets]
internal static class SendFileBodies
{
    private static string MakeFile(byte[] data)
    {
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, data);
        return path;
    }

    [Body]
    public static void EveryOverload_SendsHeadFileAndTail(Outcome o)
    {
        using var pair = new Loopback();
        string path = MakeFile([5, 6, 7]), empty = MakeFile([]);
        foreach ((string name, int length, Action send) in new (string, int, Action)[]
        {
            ("file", 3, () => pair.Client.SendFile(path)),
            ("head and tail", 6, () => pair.Client.SendFile(path, new byte[] { 1, 2 }, new byte[] { 3 }, TransmitFileOptions.UseDefaultWorkerThread)),
            ("spans", 4, () => pair.Client.SendFile(path, new byte[] { 9 }.AsSpan(), default, TransmitFileOptions.UseDefaultWorkerThread)),
            ("only head", 1, () => pair.Client.SendFile(null, new byte[] { 1 }, null, TransmitFileOptions.UseDefaultWorkerThread)),
            ("empty file", 1, () => pair.Client.SendFile(empty, null, new byte[] { 4 }, TransmitFileOptions.UseDefaultWorkerThread)),
        })
        {
            o.Does(name, send);
            o.Does(name + " arrives", () => Loopback.ReceiveAll(pair.Server, length));
        }

        o.Say("and no more", pair.Server.Available);
        o.Does("nothing", () => pair.Client.SendFile(null));
        o.Does("no such file", () => pair.Client.SendFile(path + ".none"));
        o.Does("disconnect", () => pair.Client.SendFile(path, (byte[]?)null, null, TransmitFileOptions.Disconnect));
        File.Delete(path);
        File.Delete(empty);
    }

    [Body]
    public static void SocketsThatCannot_Throw(Outcome o)
    {
        string path = MakeFile([5]);
        using var raw = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        o.Does("unconnected", () => raw.SendFile(path));
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Connect(IPAddress.Loopback, 9);
        o.Does("UDP", () => udp.SendFile(path));
        using var pair = new Loopback();
        pair.Client.Blocking = false;
        o.Does("non-blocking", () => pair.Client.SendFile(path));
        pair.Server.Dispose();
        o.Does("disposed", () => pair.Server.SendFile(path));
        File.Delete(path);
    }

    [Body(Blocks = 30)]
    public static void SlowReader_TheWholeFileArrives(Outcome o, PartnerKind kind)
    {
        byte[] data = new byte[12_000_000];
        new Random(3).NextBytes(data);
        string path = MakeFile(data);
        using var pair = new Loopback();
        pair.Server.ReceiveBufferSize = 65536;
        byte[] got = [];
        Partner reader = Partner.Later(kind, () => got = Loopback.ReceiveAll(pair.Server, data.Length + 3));
        o.Took("SendFile", 30, () => pair.Client.SendFile(path, new byte[] { 1 }, new byte[] { 2, 3 }, TransmitFileOptions.UseDefaultWorkerThread));
        reader.Join();
        o.Say("same", got.Length == data.Length + 3 && got[0] == 1 && got[^1] == 3 && got.AsSpan(1, data.Length).SequenceEqual(data));
        File.Delete(path);
    }

    [Body(Blocks = 30, NoReader = "A reset is reported once: to the reader or to the sender.")]
    public static void Timeout_ResetAndDispose_EndIt(Outcome o, PartnerKind kind)
    {
        string path = MakeFile(new byte[16_000_000]);
        using (var pair = new Loopback())
        {
            pair.Client.SendTimeout = 50;
            o.Took("timeout", 45, () => pair.Client.SendFile(path));
        }

        using (Loopback pair = new Loopback().WaitingInTheBcl())
        {
            Partner other = Partner.Later(kind, () =>
            {
                pair.Server.Close(); // with bytes unread: a reset
            });
            o.Took("reset", 30, () => pair.Client.SendFile(path));
            other.Join();
        }

        using (var pair = new Loopback())
        {
            Partner other = Partner.Later(kind, () => pair.Client.Dispose());
            o.Took("dispose", 30, () => pair.Client.SendFile(path));
            other.Join();
        }

        File.Delete(path);
    }
}
