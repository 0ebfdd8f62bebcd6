using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Patchy.Bench.Load;

/// <summary>Stands for a database where there is no C compiler: answers every message with itself, some time later. Does what peers/c/delay.c does.</summary>
internal sealed unsafe class DelayCommand : IBenchCommand
{
    private const int EventsAtOnce = 256;
    private const int MessageBytes = 64;
    private const int Listener = -1;

    public string Name => "delay";

    public string Usage => "PORT MILLISECONDS: a server that answers every message with itself, that much later";

    public int Run(string[] args)
    {
        int port = UsageException.NumberAt(args, 0, 0);
        int delay = UsageException.NumberAt(args, 1, 20);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(4096);
        int epoll = Epoll.epoll_create1(0);
        Watch(epoll, (int)listener.Handle, Listener);
        var connections = new List<Socket>();
        var due = new Queue<(long At, int Descriptor, byte[] Text)>();
        // SAFETY: both buffers live on this frame; descriptors stay open because the list holds their sockets.
        Epoll.Event* events = stackalloc Epoll.Event[EventsAtOnce];
        byte* buffer = stackalloc byte[MessageBytes];
        while (true)
        {
            int wait = due.Count == 0 ? -1 : (int)Math.Max(0, Math.Ceiling(-Stopwatch.GetElapsedTime(due.Peek().At).TotalMilliseconds));
            int ready = Epoll.epoll_wait(epoll, events, EventsAtOnce, wait);
            for (int i = 0; i < ready; i++)
            {
                if (events[i].Index == Listener)
                {
                    Socket connection = listener.Accept();
                    connection.NoDelay = true;
                    connections.Add(connection);
                    Watch(epoll, (int)connection.Handle, (int)connection.Handle);
                    continue;
                }
                nint length = Epoll.recv(events[i].Index, buffer, MessageBytes, Epoll.DontWait);
                if (length == 0) _ = Epoll.epoll_ctl(epoll, Epoll.Remove, events[i].Index, null);
                if (length <= 0) continue;
                long at = Stopwatch.GetTimestamp() + delay * Stopwatch.Frequency / 1000;
                due.Enqueue((at, events[i].Index, new ReadOnlySpan<byte>(buffer, (int)length).ToArray()));
            }
            while (due.Count > 0 && due.Peek().At <= Stopwatch.GetTimestamp())
            {
                (_, int descriptor, byte[] text) = due.Dequeue();
                fixed (byte* first = text) _ = Epoll.send(descriptor, first, (nuint)text.Length, Epoll.NoSignal | Epoll.DontWait);
            }
        }
    }

    private static void Watch(int epoll, int descriptor, int index)
    {
        var wanted = new Epoll.Event { Events = Epoll.In, Index = index };
        if (Epoll.epoll_ctl(epoll, Epoll.Add, descriptor, &wanted) != 0) throw new InvalidOperationException("epoll_ctl failed.");
    }
}
