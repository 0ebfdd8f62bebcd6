using System.Net;
using System.Net.Sockets;

namespace Patchy.Bench.Web;

/// <summary>Stands for a database: answers each byte after 20 ms.</summary>
internal static class DelayServer
{
    public static async Task RunAsync(int port)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(2000);
        Console.WriteLine("ready");
        while (true) _ = ServeAsync(await listener.AcceptAsync());
    }

    private static async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            socket.NoDelay = true;
            byte[] message = new byte[1];
            while (await socket.ReceiveAsync(message) == 1)
            {
                await Task.Delay(IWork.Milliseconds);
                await socket.SendAsync(message);
            }
        }
    }
}
