// A service that listens to so many sockets and no more, built round a pool: it refuses what would be too much, and one call ends all.
using System.Net;
using System.Net.Sockets;
using System.Text;
using Patchy;
using Patchy.Pools;

Patch.All();

using var server = new TcpListener(IPAddress.Loopback, 0);
server.Start();
var sockets = new SocketPool(size: 2);
List<TcpClient> clients = [];
for (int i = 1; i <= 3; i++)
{
    clients.Add(new TcpClient("127.0.0.1", ((IPEndPoint)server.LocalEndpoint).Port));
    Socket accepted = server.AcceptSocket();
    try
    {
        sockets.AddHandler(accepted);
    }
    catch (InvalidOperationException e)
    {
        Console.WriteLine($"connection {i}: {e.Message}");
        accepted.Close();
    }
}
foreach (TcpClient client in clients.Take(2)) client.GetStream().Write("hello"u8);
Thread.Sleep(200); // the handlers run
sockets.Shutdown();
Console.WriteLine($"handlers left: {sockets.Count}");

internal sealed class SocketPool(int size)
{
    private readonly Pool _pool = new(size);

    public int Count => _pool.Count;

    public void AddHandler(Socket socket)
    {
        if (_pool.Full) throw new InvalidOperationException("At maximum pool size");
        _pool.Spawn(() => Listen(socket));
    }

    public void Shutdown() => _pool.Kill();

    private static void Listen(Socket socket)
    {
        var buffer = new byte[1024];
        using (socket) // closed when the peer is gone, and when the pool is killed
        {
            while (socket.Receive(buffer) is > 0 and var length) Console.WriteLine($"received {Encoding.UTF8.GetString(buffer, 0, length)}");
        }
    }
}
