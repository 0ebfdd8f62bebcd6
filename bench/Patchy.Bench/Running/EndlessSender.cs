using System.Net;
using System.Net.Sockets;

namespace Patchy.Bench.Running;

/// <summary>
/// Sends without end to whoever connects, by system calls on pool threads, which stay native in a patched process too.
/// </summary>
internal sealed class EndlessSender : IDisposable
{
    private const int BlockBytes = 65536;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public EndlessSender()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        Task.Run(AcceptAsync);
    }

    public int Port { get; }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket receiver = await _listener.AcceptAsync();
                _ = Task.Factory.StartNew(() => Send(receiver), CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Enough.
        }
    }

    private static void Send(Socket receiver)
    {
        using (receiver)
        {
            var block = new byte[BlockBytes];
            try
            {
                while (true) receiver.Send(block);
            }
            catch (SocketException)
            {
                // It has what it wanted.
            }
        }
    }
}
