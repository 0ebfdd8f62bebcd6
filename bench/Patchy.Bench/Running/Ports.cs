using System.Net;
using System.Net.Sockets;

namespace Patchy.Bench.Running;

/// <summary>Ports of servers in child processes.</summary>
internal static class Ports
{
    private const int PauseMs = 20;
    private const int StartUpMs = 30_000;

    public static int Free()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    public static void WaitUntilListened(Child server, int port)
    {
        for (long start = Environment.TickCount64; Environment.TickCount64 - start < StartUpMs; Thread.Sleep(PauseMs))
        {
            if (server.HasExited) break;
            try
            {
                using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                probe.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                // not yet
            }
        }
        throw server.Error("does not listen");
    }
}
