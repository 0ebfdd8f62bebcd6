// ZeroMQ by NetMQ, a library that knows nothing of Patchy: a request and a reply, each blocking in its own greenlet of the same thread.
using NetMQ;
using NetMQ.Sockets;
using Patchy;

Patch.All();

int port = 0;
Greenlet server = Greenlet.Spawn(Server), client = Greenlet.Spawn(Client);
Greenlet.JoinAll([server, client], raiseError: true);
NetMQConfig.Cleanup();

void Server()
{
    using var socket = new RequestSocket();
    port = socket.BindRandomPort("tcp://127.0.0.1");
    for (int request = 1; request < 10; request++)
    {
        socket.SendFrame("Hello");
        Console.WriteLine($"Switched to Server for {request}");
        socket.ReceiveFrameString(); // the switch: nobody has replied yet
    }
}

void Client()
{
    using var socket = new ResponseSocket();
    socket.Connect($"tcp://127.0.0.1:{port}");
    for (int request = 1; request < 10; request++)
    {
        socket.ReceiveFrameString();
        Console.WriteLine($"Switched to Client for {request}");
        socket.SendFrame("World");
    }
}
