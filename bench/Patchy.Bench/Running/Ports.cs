using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Patchy.Bench.Running;

/// <summary>Ports of servers in child processes.</summary>
internal static class Ports
{
    private const int StartUpMs = 10_000;

    public static int Free()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    public static void WaitUntilListened(Process server, int port)
    {
        for (long start = Environment.TickCount64; Environment.TickCount64 - start < StartUpMs; Thread.Sleep(50))
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
        throw new InvalidOperationException($"The server {server.StartInfo.FileName} {string.Join(' ', server.StartInfo.ArgumentList)} does not listen.");
    }
}
