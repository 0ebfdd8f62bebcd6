// A server for `nc 127.0.0.1 5000`, or telnet: whoever comes is greeted, and gets five numbers. Each connection has a greenlet of its own.
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Patchy;
using Patchy.Servers;

Patch.All();

using var server = new StreamServer(args.Length > 0 ? args[0] : "127.0.0.1:5000", Handle);
using IDisposable onTerm = Hub.SignalHandler(PosixSignal.SIGTERM, server.Close);
using IDisposable onInt = Hub.SignalHandler(PosixSignal.SIGINT, server.Close); // Ctrl+C
try
{
    server.Start();
    Console.WriteLine($"listens on {server.Address}");
    server.ServeForever();
    return 0;
}
catch (SocketException e)
{
    Console.Error.WriteLine($"Cannot listen: {e.Message}");
    return 1;
}

// The connection is closed when this returns.
static void Handle(Socket socket, EndPoint address)
{
    socket.Send("Hello from a telnet!\n"u8);
    for (int i = 0; i < 5; i++)
    {
        socket.Send(Encoding.ASCII.GetBytes($"{i}\n"));
        Thread.Sleep(100); // the others are served meanwhile
    }
}
