using System.Net;
using System.Net.Sockets;

namespace Patchy.Sockets.Tests;

/// <summary>Connected sockets, and the ways in which tests describe how calls end.</summary>
internal static class Wires
{
    public static Socket Listen(int backlog = 16)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(backlog);
        return listener;
    }

    public static (Socket Near, Socket Far) Pair()
    {
        using Socket listener = Listen();
        var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.Connect(listener.LocalEndPoint!);
        Socket far = listener.Accept();
        far.NoDelay = true;
        return (near, far);
    }

    public static Socket Udp()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    /// <summary>A native thread, also when the caller is a greenlet.</summary>
    public static Task Natively(Action body) => Task.Run(body);

    /// <summary>Green on a hub, native elsewhere, like any thread of an application.</summary>
    public static Thread Start(Action body)
    {
        var thread = new Thread(() => body()) { IsBackground = true };
        thread.Start();
        return thread;
    }

    public static string Ending(Action call)
    {
        try
        {
            call();
            return "ok";
        }
        catch (SocketException e)
        {
            return $"SocketException {e.SocketErrorCode}";
        }
        catch (Exception e)
        {
            return e.InnerException is SocketException inner ? $"{e.GetType().Name}({inner.SocketErrorCode})" : e.GetType().Name;
        }
    }

    public static string Ending<T>(Func<T> call)
    {
        string result = "";
        string ending = Ending(() => { result = call()?.ToString() ?? "null"; });
        return ending == "ok" ? result : ending;
    }
}
