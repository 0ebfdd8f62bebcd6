using System.Net;
using System.Net.Sockets;

namespace Patchy.Bench.Soak;

/// <summary>One connection to the echo server, used again and again.</summary>
internal sealed class SocketJobs(SoakState state, EndPoint echo, Random random)
{
    private Socket? _socket;

    public void Echo()
    {
        _socket ??= EchoServer.Connect(echo);
        byte[] sent = new byte[random.Next(1, 3000)];
        random.NextBytes(sent);
        byte[] got = new byte[sent.Length];
        _socket.Send(sent);
        int n = 0;
        while (n < got.Length)
        {
            int more = _socket.Receive(got, n, got.Length - n, SocketFlags.None);
            if (more == 0) break;
            n += more;
        }

        if (!got.AsSpan(0, n).SequenceEqual(sent)) throw new InvalidOperationException($"wrong: the echo of {sent.Length} bytes has {n} or differs");
    }

    public void Reconnect()
    {
        if (random.Next(20) != 0) return;
        _socket?.Dispose();
        _socket = null;
        state.Count("reconnects");
    }

    public void Resolve()
    {
        if (random.Next(20) != 0) return;
        if (Dns.GetHostAddresses("localhost").Length == 0) throw new InvalidOperationException("wrong: localhost has no address");
        state.Count("resolved");
    }
}
