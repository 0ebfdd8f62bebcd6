using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Patchy.Servers.Tests;

/// <summary>The other side: always on native threads, with the class library alone, so that it is no part of what is tested.</summary>
internal static class Client
{
    private const int Patience = 20_000;

    /// <summary>Runs on a native thread; the calling greenlet waits in Patchy.</summary>
    public static T Natively<T>(Func<T> body) => Greenlet.Await(Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    public static void Natively(Action body) => Natively(() =>
    {
        body();
        return 0;
    });

    /// <summary>A native thread of its own, whose result is waited for later.</summary>
    public static Task<T> Start<T>(Func<T> body) => Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>On a native thread: a connection.</summary>
    public static Socket Connect(EndPoint address)
    {
        if (address is IPEndPoint { Address: var ip, Port: var port } && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))) address = new IPEndPoint(IPAddress.Loopback, port);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = Patience, SendTimeout = Patience };
        socket.Connect(address);
        return socket;
    }

    /// <summary>Sends a text, then reads until the server closes (or resets: "(reset)").</summary>
    public static string Ask(EndPoint address, string text) => Natively(() => AskHere(address, text));

    public static string AskHere(EndPoint address, string text)
    {
        using Socket socket = Connect(address);
        if (text.Length > 0) socket.Send(Encoding.UTF8.GetBytes(text));
        return ReadAll(socket);
    }

    public static string ReadAll(Socket socket)
    {
        var received = new StringBuilder();
        byte[] buffer = new byte[1024];
        try
        {
            while (socket.Receive(buffer) is > 0 and var count) received.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            received.Append("(reset)");
        }
        return received.ToString();
    }

    /// <summary>For handlers: one read.</summary>
    public static string ReadOnce(Socket socket)
    {
        byte[] buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
