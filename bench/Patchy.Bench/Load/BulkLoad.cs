using System.Net;
using System.Net.Sockets;
using Patchy.Bench.Running;

namespace Patchy.Bench.Load;

/// <summary>Sends many bytes to an echo server and receives them, on one connection, as fast as both go.</summary>
internal sealed unsafe class BulkLoad(LoadOptions options)
{
    private const int ChunkBytes = 65536;
    private const int StallMs = 10_000;
    private readonly byte[] _chunk = new byte[4 * ChunkBytes];

    public Figures Run()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, options.Port);
        Pass(socket, options.Bulk / 8);
        ServerCosts before = ServerCosts.Now(options.Server);
        Pass(socket, options.Bulk);
        ServerCosts after = ServerCosts.Now(options.Server);
        double mib = options.Bulk / 1048576.0, seconds = after.SecondsSince(before);
        return after.AddTo(new Figures().Add("mib_per_s", mib / seconds).Add("seconds", seconds), before, "cpu_us_mib", mib);
    }

    private void Pass(Socket socket, long bytes)
    {
        int descriptor = (int)socket.Handle;
        long sent = 0, received = 0;
        // SAFETY: the array is pinned for the calls, which get lengths within it; the descriptor stays open because the caller holds the socket.
        fixed (byte* chunk = _chunk)
        {
            while (received < bytes)
            {
                nint output = sent < bytes ? Epoll.send(descriptor, chunk, (nuint)Math.Min(ChunkBytes, bytes - sent), Epoll.NoSignal | Epoll.DontWait) : -1;
                if (output > 0) sent += output;
                nint input = Epoll.recv(descriptor, chunk, (nuint)_chunk.Length, Epoll.DontWait);
                if (input == 0) throw new InvalidOperationException("The server closed the connection.");
                if (input > 0) received += input;
                if (output <= 0 && input < 0 && !socket.Poll(StallMs * 1000, SelectMode.SelectRead))
                    throw new InvalidOperationException($"Nothing came for {StallMs} ms.");
            }
        }
    }
}
