using System.Net;
using System.Net.Sockets;

namespace Patchy.Bench.Soak;

/// <summary>A thread a connection, as one wrote it before async. The threads are green.</summary>
internal sealed class EchoServer : IDisposable
{
    private readonly SoakState _state;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Thread _acceptor;

    public EchoServer(SoakState state)
    {
        _state = state;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        _acceptor = new Thread(Accept) { IsBackground = true };
        _acceptor.Start();
    }

    public EndPoint EndPoint => _listener.LocalEndPoint!;

    public static Socket Connect(EndPoint to)
    {
        // A reset at the end leaves no port in TIME_WAIT: there are only 28,000 of them.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
        socket.Connect(to);
        return socket;
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket client = _listener.Accept();
                _state.Count("accepted");
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            if (!_state.Stop) _state.Fail("accept", e.ToString());
        }
    }

    private static void Serve(Socket client)
    {
        using (client)
        {
            try
            {
                byte[] buffer = new byte[1024];
                int n;
                while ((n = client.Receive(buffer)) > 0)
                {
                    for (int sent = 0; sent < n;) sent += client.Send(buffer, sent, n - sent, SocketFlags.None);
                }
            }
            catch (SocketException)
            {
                // reset by the client: see Connect
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _acceptor.Join();
    }
}
