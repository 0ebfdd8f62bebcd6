using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Samples;

/// <summary>
/// Stands in for the internet: an HTTP server on 127.0.0.1, written the old way, with blocking calls and a thread for each request.
/// It knows nothing of Patchy; started after Patch.All() its threads are green.
/// </summary>
internal sealed class WebServer : IDisposable
{
    private readonly HttpListener _listener;
    private readonly Action<HttpListenerContext> _answer;

    public WebServer(Action<HttpListenerContext> answer)
    {
        _answer = answer;
        (_listener, Address) = Listen();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public Uri Address { get; }

    public void Dispose() => _listener.Close();

    public static void Send(HttpListenerContext context, string type, byte[] body)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength64 = body.Length;
        context.Response.OutputStream.Write(body);
    }

    public static void Send(HttpListenerContext context, string type, string body) => Send(context, type + "; charset=utf-8", Encoding.UTF8.GetBytes(body));

    private void Accept()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = _listener.GetContext();
                new Thread(() => Answer(context)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException && !_listener.IsListening)
        {
            // Disposed of: there is nobody left to serve.
        }
    }

    private void Answer(HttpListenerContext context)
    {
        try
        {
            _answer(context);
        }
        catch (Exception e) when (e is HttpListenerException or IOException)
        {
            Console.Error.WriteLine($"A client went away: {e.Message}");
        }
        finally
        {
            context.Response.Close();
        }
    }

    private static (HttpListener Listener, Uri Address) Listen()
    {
        for (int tries = 1; ; tries++)
        {
            var listener = new HttpListener();
            var address = new Uri($"http://127.0.0.1:{FreePort()}/");
            listener.Prefixes.Add(address.ToString());
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (tries < 10)
            {
                listener.Close(); // somebody else has taken the port meanwhile
            }
        }
    }

    private static int FreePort()
    {
        using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
