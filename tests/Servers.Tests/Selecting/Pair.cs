using System.Net;
using System.Net.Sockets;

namespace Patchy.Servers.Tests.Selecting;

internal static class Pair
{
    /// <summary>Two sockets that are connected with each other, made on a native thread.</summary>
    public static (Socket Near, Socket Far) Connected() => Client.Natively(() =>
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket near = Client.Connect(listener.LocalEndPoint!);
        return (near, listener.Accept());
    });
}
