using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Patchy.Conformance.Bodies;

/// <summary>HttpClient.Send, WebClient, HttpWebRequest, HttpListener against a server of threads.</summary>
[Sockets(Reader = false)]
internal static class HttpBodies
{
    /// <summary>A server as one wrote it in 2005: a thread a connection. /slow answers late, /close not at all.</summary>
    private sealed class Server : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Partner _acceptor;

        public Server(PartnerKind kind)
        {
            _listener.Start();
            _acceptor = Partner.Start(kind, () =>
            {
                while (true)
                {
                    TcpClient client;
                    try
                    {
                        client = _listener.AcceptTcpClient();
                    }
                    catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
                    {
                        return;
                    }

                    Partner.Start(kind, () => Serve(client));
                }
            });
        }

        public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        private static void Serve(TcpClient client)
        {
            using (client)
            {
                try
                {
                    NetworkStream stream = client.GetStream();
                    var reader = new StreamReader(stream, Encoding.ASCII);
                    while (true)
                    {
                        string? request = reader.ReadLine();
                        if (request is null) return;
                        int length = 0;
                        string? header;
                        while (!string.IsNullOrEmpty(header = reader.ReadLine()))
                        {
                            if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) length = int.Parse(header.AsSpan(15));
                        }

                        char[] posted = new char[length];
                        for (int got = 0; got < length;) got += reader.Read(posted, got, length - got);
                        string path = request.Split(' ')[1];
                        if (path == "/close") return;
                        if (path == "/slow") Thread.Sleep(60);
                        if (path == "/late") Thread.Sleep(15_000);
                        string status = path == "/missing" ? "404 Not Found" : "200 OK";
                        string body = path == "/big" ? new string('b', 200_000) : $"you asked {path} {new string(posted)}";
                        stream.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n"));
                        stream.Write(Encoding.ASCII.GetBytes(body));
                    }
                }
                catch (IOException)
                {
                    // the client went away
                }
            }
        }

        public void Dispose()
        {
            _listener.Stop();
            _acceptor.Join();
        }
    }

    [Body(Blocks = 40, MayHold = 800)]
    public static void HttpClientSend_Synchronous_Works(Outcome o, PartnerKind kind)
    {
        using var server = new Server(kind);
        using var client = new HttpClient();
        string Get(string path)
        {
            using HttpResponseMessage response = client.Send(new HttpRequestMessage(HttpMethod.Get, server.Url + path));
            using var reader = new StreamReader(response.Content.ReadAsStream());
            return $"{(int)response.StatusCode} {reader.ReadToEnd()}";
        }

        o.Does("get", () => Get("/a"));
        o.Took("slow", 60, () => Get("/slow"));
        o.Does("missing", () => Get("/missing"));
        o.Does("big", () => Get("/big").Length);
        o.Does("post", () =>
        {
            using HttpResponseMessage response = client.Send(new HttpRequestMessage(HttpMethod.Post, server.Url + "/p") { Content = new StringContent("posted") });
            using var reader = new StreamReader(response.Content.ReadAsStream());
            return reader.ReadToEnd();
        });
        o.Does("closed", () => Get("/close"));
    }

    [Body(Blocks = 30, MayHold = 800)]
    public static void HttpClientSend_Timeout_Throws(Outcome o)
    {
        using var server = new Server(PartnerKind.Thread);
        using var client = new HttpClient();
        o.Does("warm", () => client.Send(new HttpRequestMessage(HttpMethod.Get, server.Url + "/a")).StatusCode);
        using var quick = new HttpClient { Timeout = TimeSpan.FromMilliseconds(100) };
        o.Took("late", 90, () =>
        {
            try
            {
                return quick.Send(new HttpRequestMessage(HttpMethod.Get, server.Url + "/late"));
            }
            catch (TaskCanceledException e)
            {
                // What lies deeper depends on how far the request had come.
                return $"{e.GetType().Name}({e.Message}) <- {e.InnerException?.GetType().Name}";
            }
        });
    }

    [Body(Blocks = 40, MayHold = 800)]
    public static void HttpClientAsync_WaitedFor_Works(Outcome o, PartnerKind kind)
    {
        using var server = new Server(kind);
        using var client = new HttpClient();
        o.Took("slow", 60, () => client.GetStringAsync(server.Url + "/slow").Result);
        o.Does("several", () => Task.WhenAll(Enumerable.Range(0, 5).Select(i => client.GetStringAsync($"{server.Url}/{i}"))).Result);
        o.Does("missing", () => client.GetStringAsync(server.Url + "/missing").GetAwaiter().GetResult());
        o.Does("GetStream", () => new StreamReader(client.GetStreamAsync(server.Url + "/big").Result).ReadToEnd().Length);
    }

    [Body(Blocks = 40, MayHold = 800)]
    public static void WebClient_Synchronous_Works(Outcome o, PartnerKind kind)
    {
        using var server = new Server(kind);
        using var client = new WebClient();
        o.Does("string", () => client.DownloadString(server.Url + "/w"));
        o.Took("slow", 60, () => client.DownloadString(server.Url + "/slow"));
        o.Does("data", () => client.DownloadData(server.Url + "/big").Length);
        o.Does("upload", () => client.UploadString(server.Url + "/u", "text"));
        o.Does("missing", () => client.DownloadString(server.Url + "/missing"));
        o.Does("open", () => new StreamReader(client.OpenRead(server.Url + "/o")).ReadToEnd());
    }

    [Body(Blocks = 40, MayHold = 800)]
    public static void HttpWebRequest_Synchronous_Works(Outcome o)
    {
        using var server = new Server(PartnerKind.Thread);
        o.Took("slow", 60, () =>
        {
            using WebResponse response = WebRequest.CreateHttp(server.Url + "/slow").GetResponse();
            return new StreamReader(response.GetResponseStream()).ReadToEnd();
        });
        o.Took("timeout", 90, () =>
        {
            HttpWebRequest request = WebRequest.CreateHttp(server.Url + "/late");
            request.Timeout = 100;
            return request.GetResponse();
        });
    }

    [Body(MayHold = 800)]
    public static void ManyClients_OverlapTheirWaits(Outcome o)
    {
        using var server = new Server(PartnerKind.Thread);
        using var client = new HttpClient();
        int good = 0;
        o.Took("twenty slow requests", 60, () => Partner.JoinAll([.. Enumerable.Range(0, 20).Select(_ => Partner.Start(() =>
        {
            using HttpResponseMessage response = client.Send(new HttpRequestMessage(HttpMethod.Get, server.Url + "/slow"));
            if (response.StatusCode == HttpStatusCode.OK) Interlocked.Increment(ref good);
        }))]));
        o.Say("good", good);
    }

    [Body(Blocks = 20, MayHold = 800)]
    public static void HttpListener_GetContext_Waits(Outcome o, PartnerKind kind)
    {
        using HttpListener listener = Listening(out int port);
        string? answer = null;
        Partner requester = Partner.Later(kind, () =>
        {
            using var client = new HttpClient();
            answer = client.GetStringAsync($"http://127.0.0.1:{port}/x").Result;
        });
        o.Took("GetContext", 30, () =>
        {
            HttpListenerContext context = listener.GetContext();
            using (var writer = new StreamWriter(context.Response.OutputStream)) writer.Write("from the listener");
            return context.Request.RawUrl;
        });
        requester.Join();
        o.Say("answer", answer);
    }

    /// <summary>It can be told a port only, none that is free: somebody else may have taken the one that was free a moment ago.</summary>
    private static HttpListener Listening(out int port)
    {
        for (int tries = 1; ; tries++)
        {
            using (Socket probe = Loopback.Listen()) port = ((IPEndPoint)probe.LocalEndPoint!).Port;
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return listener;
            }
            catch (HttpListenerException) when (tries < 10)
            {
                listener.Close();
            }
        }
    }
}
