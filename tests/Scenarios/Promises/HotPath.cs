using System.Net;
using System.Net.Sockets;

namespace Patchy.Scenarios.Promises;

/// <summary>Green threads that talk to each other over TCP, often enough for the runtime to compile anew what it has compiled quickly.</summary>
internal sealed class HotPath : IScenario
{
    private const int Rounds = 3000;

    public int Run(string[] args)
    {
        _ = Patch.All();
        var checks = new Checks();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        int echoed = 0;
        var server = new Thread(() =>
        {
            using Socket peer = listener.Accept();
            byte[] buffer = new byte[64];
            int count;
            while ((count = peer.Receive(buffer)) > 0) echoed += peer.Send(buffer, 0, count, SocketFlags.None);
        });
        server.Start();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(listener.LocalEndPoint!);
        Span<byte> message = stackalloc byte[32];
        for (int round = 0; round < Rounds; round++)
        {
            client.Send(message);
            for (int got = 0; got < message.Length;) got += client.Receive(message[got..]);
            if (round % 100 == 0) Thread.Yield();
        }
        client.Shutdown(SocketShutdown.Send);
        server.Join();
        checks.That("all came back", echoed == Rounds * message.Length, echoed);
        return checks.Finish();
    }
}
