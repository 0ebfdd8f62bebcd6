using System.Net;
using System.Net.Sockets;

namespace Patchy.Conformance.Bodies;

/// <summary>A connected pair over 127.0.0.1.</summary>
internal sealed class Loopback : IDisposable
{
    public Loopback(bool noDelay = true)
    {
        using Socket listener = Listen();
        Client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = noDelay };
        Client.Connect(listener.LocalEndPoint!);
        Server = listener.Accept();
        Server.NoDelay = noDelay;
        AsyncReader.Attach(Client);
        AsyncReader.Attach(Server);
    }

    public Socket Client { get; }

    public Socket Server { get; }

    public static Socket Listen(int backlog = 16)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(backlog);
        return listener;
    }

    /// <summary>Keeps a port at which nobody listens: connections to it are refused for as long as this lives, whoever else looks for a free port.</summary>
    public static Socket Refusing()
    {
        var keeper = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        keeper.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return keeper;
    }

    /// <summary>Keeps a UDP port at which datagrams are refused: who is connected takes none from anybody else, so to the kernel nobody is there.</summary>
    public static Socket RefusingDatagrams()
    {
        var keeper = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        keeper.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        keeper.Connect(IPAddress.Loopback, 9);
        return keeper;
    }

    /// <summary>
    /// From now on the descriptor is non-blocking, as after any asynchronous call, and a blocking call waits in the BCL. Where a blocking descriptor is told less exactly how a
    /// send ended (one that was interrupted half way is taken for timed out), this is the truth to compare with.
    /// </summary>
    public Loopback WaitingInTheBcl()
    {
        WaitInTheBcl(Client, Server);
        return this;
    }

    public static void WaitInTheBcl(params ReadOnlySpan<Socket> sockets)
    {
        foreach (Socket socket in sockets)
        {
            socket.Blocking = false;
            socket.Blocking = true;
        }
    }

    /// <summary>
    /// Sends on a non-blocking socket until nothing more fits, and says how the last send ended. Not until the first that does not: the kernel hands over to the other side, and lets its buffer grow, a
    /// little later.
    /// </summary>
    public static SocketError Fill(Socket socket)
    {
        byte[] big = new byte[1 << 20];
        SocketError error = SocketError.Success;
        for (int full = 0; full < 5;)
        {
            bool fits = socket.Send(big, 0, big.Length, SocketFlags.None, out error) > 0 && error == SocketError.Success;
            full = fits ? 0 : full + 1;
            if (!fits) Thread.Sleep(10);
        }

        return error;
    }

    public static byte[] ReceiveAll(Socket socket, int count)
    {
        byte[] all = new byte[count];
        int got = 0;
        while (got < count)
        {
            int n = socket.Receive(all, got, count - got, SocketFlags.None);
            if (n == 0) break;
            got += n;
        }

        return all[..got];
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
