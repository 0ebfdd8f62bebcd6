// Select on a socket to which nobody connects: nothing is ready, and after two seconds it says so.
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Patchy;

Patch.All();

using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
listener.Listen();

List<Socket> readable = [listener];
var clock = Stopwatch.StartNew();
Socket.Select(readable, checkWrite: null, checkError: null, TimeSpan.FromSeconds(2)); // keeps in the list what is ready
Console.WriteLine($"{readable.Count} ready after {clock.Elapsed.TotalSeconds:F0} seconds");
