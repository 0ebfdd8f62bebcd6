// The event loop itself: what the hub does while all wait. README.md beside this file explains it.
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Patchy;

Patch.All();
const int Idle = 1000;
Hub hub = Hub.Current;

// 1. A callback and a greenlet take turns in one queue.
_ = Greenlet.Spawn(() => Console.WriteLine("queue: a greenlet"));
hub.RunCallback(() => Console.WriteLine("queue: a callback of the hub"));
_ = Greenlet.Spawn(() => Console.WriteLine("queue: another greenlet"));
Greenlet.Yield();

// 2. Timers fire in the order of their deadlines, whatever the order in which they were started.
Greenlet.JoinAll([.. new[] { 1500, 100, 700 }.Select(ms => Greenlet.Spawn(() =>
{
    Thread.Sleep(ms);
    Console.WriteLine($"timer: {ms} ms");
}))]);

// 3. A thousand connections on which nothing comes, each with a greenlet that waits for it. Their descriptors are in the epoll set.
using var listener = new TcpListener(IPAddress.Loopback, 0);
listener.Start(Idle);
List<Socket> clients = [], servers = [];
for (int i = 0; i <= Idle; i++) // and one on which something will come
{
    var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
    client.Connect((IPEndPoint)listener.LocalEndpoint);
    clients.Add(client);
    servers.Add(listener.AcceptSocket());
}
Greenlet[] echoes = [.. servers.Select(server => Greenlet.Spawn(() => Echo(server)))];
Greenlet.Yield();
TimeSpan before = Environment.CpuUsage.TotalTime;
Thread.Sleep(1000);
Console.WriteLine($"idle: {Idle + 1} greenlets wait for descriptors; a second of that costs {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds:F0} ms of processor time");

// 4. One of them is busy. The kernel names the ready descriptor, so the idle ones cost it nothing.
long switches = hub.SwitchCount;
var clock = Stopwatch.StartNew();
var buffer = new byte[1];
for (int i = 0; i < 1000; i++)
{
    clients[Idle].Send(buffer);
    clients[Idle].Receive(buffer);
}
Console.WriteLine($"busy: 1000 round trips beside them in {clock.ElapsedMilliseconds} ms, {(hub.SwitchCount - switches) / 1000.0:F1} switches each");

// 5. The end of a connection makes its descriptor ready, too.
foreach (Socket client in clients) client.Close();
Greenlet.JoinAll(echoes, raiseError: true);
Console.WriteLine($"closed: {echoes.Count(echo => echo.Successful)} greenlets have ended");

static void Echo(Socket socket)
{
    using (socket)
    {
        var buffer = new byte[256];
        while (socket.Receive(buffer) is > 0 and var length) socket.Send(buffer, length, SocketFlags.None);
    }
}
