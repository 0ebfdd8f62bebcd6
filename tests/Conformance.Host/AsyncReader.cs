using System.Net.Sockets;

namespace Patchy.Conformance;

/// <summary>
/// Somebody else's asynchronous receive, queued on a socket before the body makes its first call on it: it peeks at one byte, so that it takes nothing
/// away, and comes back when what it saw has been read. The body's own receives therefore queue behind it, again and again, and must observe what they
/// observe natively behind the same reader. On connected and on bound datagram sockets; a listener has nothing that could be peeked at.
/// </summary>
internal static class AsyncReader
{
    /// <summary>Set once, before the first body.</summary>
    public static bool IsOn { get; set; }

    /// <summary>When it returns the reader is queued, unless there were bytes already.</summary>
    public static Socket Attach(Socket socket)
    {
        if (IsOn) _ = Peek(socket);
        return socket;
    }

    private static async Task Peek(Socket socket)
    {
        byte[] one = new byte[1];
        try
        {
            while (await socket.ReceiveAsync(one.AsMemory(), SocketFlags.Peek).ConfigureAwait(false) > 0)
            {
                while (socket.Available > 0) await Task.Delay(1).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The body has closed the socket, or broken the connection: that is its business.
        }
    }
}
