using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Patchy.Bench.Web;

/// <summary>A call to a server that answers after 20 ms, over a connection from a pool: as a database client does it.</summary>
internal sealed class SocketWork(int port) : IWork
{
    private readonly ConcurrentQueue<Socket> _idle = new();

    public void Block()
    {
        Socket socket = Take();
        Span<byte> message = stackalloc byte[1];
        socket.Send(message);
        if (socket.Receive(message) != 1) throw new InvalidOperationException("the delay server has gone");
        _idle.Enqueue(socket);
    }

    public async Task BlockAsync()
    {
        Socket socket = Take();
        byte[] message = new byte[1];
        await socket.SendAsync(message);
        if (await socket.ReceiveAsync(message) != 1) throw new InvalidOperationException("the delay server has gone");
        _idle.Enqueue(socket);
    }

    private Socket Take()
    {
        if (_idle.TryDequeue(out Socket? socket)) return socket;
        socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }
}
