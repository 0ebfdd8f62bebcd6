using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Crawler;

/// <summary>
/// The site that is crawled: answers each page after a delay. Asynchronous from end to end, so that thousands of connections at once cost it a
/// few threads and the crawler is what gets measured.
/// </summary>
internal sealed class PageServer : IDisposable
{
    private const int Backlog = 4096;
    private const int MaxHeadBytes = 8192;
    private const int WarmUpRequests = 200;
    private static readonly byte[] s_busy = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();
    private static readonly byte[] s_notFound = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<int, bool> _turnedAway = new();
    private readonly TimeSpan _delay;
    private int _served;

    public PageServer(TimeSpan delay)
    {
        _delay = delay;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(Backlog);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Pages answered in full so far.</summary>
    public int Served => Volatile.Read(ref _served);

    /// <summary>Accepts for ever; a connection has one request.</summary>
    public async Task ServeAsync()
    {
        while (true)
        {
            Socket connection = await _listener.AcceptAsync().ConfigureAwait(false);
            _ = AnswerAsync(connection);
        }
    }

    /// <summary>Asks itself for pages that do not exist, so that its code is compiled before anybody measures.</summary>
    public async Task WarmUpAsync()
    {
        for (int i = 0; i < WarmUpRequests; i++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(_listener.LocalEndPoint!).ConfigureAwait(false);
            await client.SendAsync("GET /page/x HTTP/1.1\r\n\r\n"u8.ToArray()).ConfigureAwait(false);
            var buffer = new byte[256];
            while (await client.ReceiveAsync(buffer).ConfigureAwait(false) > 0) { }
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task AnswerAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                connection.NoDelay = true;
                int page = await ReadPageNumberAsync(connection).ConfigureAwait(false);
                if (page < 0)
                {
                    await SendAllAsync(connection, s_notFound).ConfigureAwait(false);
                }
                else if (Page.IsBusyAtFirst(page) && _turnedAway.TryAdd(page, true))
                {
                    await SendAllAsync(connection, s_busy).ConfigureAwait(false);
                }
                else
                {
                    await Task.Delay(_delay).ConfigureAwait(false);
                    byte[] body = Page.Body(page);
                    byte[] head = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
                    await SendAllAsync(connection, (byte[])[.. head, .. body]).ConfigureAwait(false);
                    Interlocked.Increment(ref _served);
                }
                connection.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // The crawler went away; its own report says why.
            }
        }
    }

    /// <summary>The n of "GET /page/n"; -1 for anything else.</summary>
    private static async Task<int> ReadPageNumberAsync(Socket connection)
    {
        var head = new byte[MaxHeadBytes];
        int length = 0;
        while (length < head.Length)
        {
            int read = await connection.ReceiveAsync(head.AsMemory(length)).ConfigureAwait(false);
            if (read == 0) return -1;
            length += read;
            if (head.AsSpan(0, length).EndsWith("\r\n\r\n"u8)) break;
        }
        string[] words = Encoding.ASCII.GetString(head, 0, length).Split(' ', 3);
        bool isPage = words.Length == 3 && words[1].StartsWith("/page/", StringComparison.Ordinal);
        return isPage && int.TryParse(words[1].AsSpan("/page/".Length), out int page) ? page : -1;
    }

    private static async Task SendAllAsync(Socket connection, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await connection.SendAsync(bytes).ConfigureAwait(false)..];
    }
}
