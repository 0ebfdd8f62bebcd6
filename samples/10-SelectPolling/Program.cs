// Two greenlets poll with select for two seconds. The third is not kept waiting by them.
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Patchy;

Patch.All();

var clock = Stopwatch.StartNew();
string Tic() => $"at {clock.Elapsed.TotalSeconds:F1} seconds";

using var quiet = new Socket(SocketType.Stream, ProtocolType.Tcp);
quiet.Bind(new IPEndPoint(IPAddress.Loopback, 0));
quiet.Listen(); // nobody will connect

Greenlet.JoinAll(Greenlet.Spawn(Poll), Greenlet.Spawn(Poll), Greenlet.Spawn(Work));

void Poll()
{
    Console.WriteLine($"Started polling: {Tic()}");
    Socket.Select(new List<Socket> { quiet }, null, null, TimeSpan.FromSeconds(2));
    Console.WriteLine($"Ended polling: {Tic()}");
}

void Work()
{
    Console.WriteLine($"Hey, let's do some stuff while the greenlets poll, {Tic()}");
    Greenlet.Sleep(TimeSpan.FromSeconds(1));
}
