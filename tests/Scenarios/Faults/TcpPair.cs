using System.Net;
using System.Net.Sockets;

namespace Patchy.Scenarios.Faults;

/// <summary>A connected pair over a loopback address, through a listener that lives on.</summary>
internal sealed class TcpPair : IDisposable
{
    public TcpPair(Socket listener)
    {
        Near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Near.Connect(listener.LocalEndPoint!);
        Far = listener.Accept();
    }

    public Socket Near { get; }

    public Socket Far { get; }

    public static Socket Listen(string address = "127.0.0.1", int backlog = 128)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        listener.Listen(backlog);
        return listener;
    }

    public static int Port(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port;

    public static byte[] Read(Socket socket, int count)
    {
        byte[] all = new byte[count];
        int got = 0, n;
        while (got < count && (n = socket.Receive(all, got, count - got, SocketFlags.None)) > 0) got += n;
        return all[..got];
    }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
