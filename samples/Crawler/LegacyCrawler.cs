using System.Net;
using System.Net.Sockets;
using System.Text;

#pragma warning disable SYSLIB0014 // Obsolete, and the point: WebClient and HttpWebRequest are what legacy code is written with.

namespace Crawler;

/// <summary>
/// A crawler as it was written before async: a thread for each page, blocking calls, a lock round what they share. It knows of nothing else,
/// and the same code runs in both modes.
/// </summary>
public sealed class LegacyCrawler
{
    private const int MaxAttempts = 5;
    private const int RetryPauseMs = 20;
    private const int TimeoutMs = 60_000;

    private readonly object _gate = new();
    private readonly Dictionary<string, IPAddress> _addresses = new();
    private readonly List<string> _failures = new();
    private readonly string _host;
    private readonly int _port;
    private ulong _checksum;
    private int _pages;

    public LegacyCrawler(string host, int port)
    {
        _host = host;
        _port = port;
        ServicePointManager.DefaultConnectionLimit = 10_000;
    }

    /// <summary>Fetches pages 0 to <paramref name="count"/> - 1, all at once, and waits for the last.</summary>
    public CrawlResult Crawl(int count)
    {
        var threads = new List<Thread>();
        for (int i = 0; i < count; i++)
        {
            int page = i;
            var thread = new Thread(() => FetchWithRetries(page)) { Name = "page " + page };
            thread.Start();
            threads.Add(thread);
        }
        foreach (Thread thread in threads) thread.Join();
        lock (_gate) return new CrawlResult(_pages, _checksum, _failures.ToArray());
    }

    /// <summary>FNV-1a over number and body. Sums of it do not depend on the order in which pages arrive.</summary>
    public static ulong Fingerprint(int page, byte[] body)
    {
        ulong hash = (14695981039346656037 ^ (uint)page) * 1099511628211;
        foreach (byte b in body) hash = (hash ^ b) * 1099511628211;
        return hash;
    }

    private void FetchWithRetries(int page)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                byte[] body = Fetch(page);
                ulong fingerprint = Fingerprint(page, body);
                lock (_gate)
                {
                    _checksum += fingerprint;
                    _pages++;
                }
                return;
            }
            catch (Exception e) when (e is WebException or IOException or SocketException)
            {
                if (attempt == MaxAttempts)
                {
                    lock (_gate) _failures.Add($"page {page}: {e.GetType().Name}: {e.Message}");
                    return;
                }
                Thread.Sleep(RetryPauseMs * attempt);
            }
        }
    }

    // Code that grew over the years: three ways to do the same.
    private byte[] Fetch(int page) => (page % 3) switch
    {
        0 => FetchWithWebClient(page),
        1 => FetchWithWebRequest(page),
        _ => FetchWithSocket(page),
    };

    private string UrlOf(int page) => $"http://{Resolve(_host)}:{_port}/page/{page}";

    private byte[] FetchWithWebClient(int page)
    {
        using var client = new WebClient { Proxy = null };
        return client.DownloadData(UrlOf(page));
    }

    private byte[] FetchWithWebRequest(int page)
    {
        var request = (HttpWebRequest)WebRequest.Create(UrlOf(page));
        request.Proxy = null;
        request.Timeout = TimeoutMs;
        using var response = (HttpWebResponse)request.GetResponse();
        using Stream stream = response.GetResponseStream();
        using var body = new MemoryStream();
        stream.CopyTo(body);
        return body.ToArray();
    }

    private byte[] FetchWithSocket(int page)
    {
        using var client = new TcpClient { ReceiveTimeout = TimeoutMs, SendTimeout = TimeoutMs };
        client.Connect(Resolve(_host), _port);
        NetworkStream stream = client.GetStream();
        byte[] request = Encoding.ASCII.GetBytes($"GET /page/{page} HTTP/1.1\r\nHost: {_host}\r\nConnection: close\r\n\r\n");
        stream.Write(request, 0, request.Length);

        var answer = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = stream.Read(buffer, 0, buffer.Length)) > 0) answer.Write(buffer, 0, read);

        byte[] bytes = answer.ToArray();
        int end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0) throw new IOException($"the answer for page {page} ended in its head");
        string status = Encoding.ASCII.GetString(bytes, 0, bytes.AsSpan().IndexOf((byte)'\r'));
        if (status != "HTTP/1.1 200 OK") throw new IOException($"page {page}: {status}");
        return bytes[(end + 4)..];
    }

    // Looks a name up once. Everybody waits at the lock while the first one asks.
    private IPAddress Resolve(string host)
    {
        lock (_addresses)
        {
            if (!_addresses.TryGetValue(host, out IPAddress? address))
            {
                address = Dns.GetHostAddresses(host).First(a => a.AddressFamily == AddressFamily.InterNetwork);
                _addresses.Add(host, address);
            }
            return address;
        }
    }
}
