using System.Net.Sockets;

namespace Patchy.Scenarios.Faults;

/// <summary>A server as it is written in blocking code: a loop that accepts until the listener is closed, and a greenlet for each connection, which is closed after it.</summary>
internal static class Acceptor
{
    /// <summary>A reset ends <paramref name="serve"/> as an orderly end does.</summary>
    public static void Run(Socket listener, Action<Socket> serve)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = listener.Accept();
            }
            catch (SocketException)
            {
                return;
            }

            Greenlet.Spawn(() =>
            {
                using (client)
                {
                    try
                    {
                        serve(client);
                    }
                    catch (SocketException)
                    {
                        // a reset
                    }
                }
            });
        }
    }
}
