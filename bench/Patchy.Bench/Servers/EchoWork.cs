using System.Net.Sockets;

namespace Patchy.Bench.Servers;

/// <summary>Sends back what comes.</summary>
internal sealed class EchoWork(int bufferBytes) : IServerWork
{
    public const int UsualBufferBytes = 4096;

    public void Serve(Socket connection)
    {
        using (connection)
        {
            connection.NoDelay = true;
            var buffer = new byte[bufferBytes];
            int length;
            while ((length = connection.Receive(buffer)) > 0) connection.Send(buffer, length, SocketFlags.None);
        }
    }

    public async Task ServeAsync(Socket connection)
    {
        using (connection)
        {
            connection.NoDelay = true;
            var buffer = new byte[bufferBytes];
            int length;
            while ((length = await connection.ReceiveAsync(buffer)) > 0) await connection.SendAsync(buffer.AsMemory(0, length));
        }
    }
}
