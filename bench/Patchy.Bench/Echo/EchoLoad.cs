using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Patchy.Bench.Running;

namespace Patchy.Bench.Echo;

/// <summary>
/// Asks an echo server as fast as it answers: each connection has one message of 32 bytes under way. One thread and system calls only, nothing
/// allocated, so that it stays ahead of any server on one core.
/// </summary>
internal sealed unsafe class EchoLoad(int port, int connections)
{
    private const int MessageBytes = 32;
    private const int EventsAtOnce = 256;
    private const int StallMs = 5_000;

    private readonly Socket[] _sockets = new Socket[connections];
    private readonly int[] _descriptors = new int[connections];
    private readonly long[] _sentAt = new long[connections];
    private readonly LatencyHistogram _latencies = new();

    public Figures Run(TimeSpan warmUp, TimeSpan measured)
    {
        int epoll = Epoll.epoll_create1(0);
        // SAFETY: the buffers live on this frame, and every call gets its own length; descriptors stay open because _sockets holds them.
        byte* buffer = stackalloc byte[4096];
        Epoll.Event* events = stackalloc Epoll.Event[EventsAtOnce];
        for (int i = 0; i < connections; i++) Connect(i, epoll, buffer);

        long from = Stopwatch.GetTimestamp() + (long)(warmUp.TotalSeconds * Stopwatch.Frequency);
        long end = from + (long)(measured.TotalSeconds * Stopwatch.Frequency);
        long answers = 0;
        while (true)
        {
            int count = Epoll.epoll_wait(epoll, events, EventsAtOnce, StallMs);
            if (count <= 0) throw new InvalidOperationException($"The server has not answered for {StallMs} ms.");
            long now = 0;
            for (int i = 0; i < count; i++)
            {
                int index = events[i].Index;
                nint length = Epoll.recv(_descriptors[index], buffer, 4096, Epoll.DontWait);
                if (length == 0) throw new InvalidOperationException("The server closed a connection.");
                if (length < 0) continue;
                now = Stopwatch.GetTimestamp();
                if (now > from)
                {
                    answers++;
                    _latencies.Add(now - _sentAt[index]);
                }
                Ask(index, now, buffer);
            }
            if (now > end) break;
        }
        foreach (Socket socket in _sockets) socket.Dispose();
        return new Figures().Add("requests_per_s", answers / measured.TotalSeconds).Add("p50_us", _latencies.Microseconds(0.5))
            .Add("p99_us", _latencies.Microseconds(0.99)).Add("max_us", _latencies.Microseconds(1));
    }

    private void Connect(int index, int epoll, byte* buffer)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        _sockets[index] = socket;
        _descriptors[index] = (int)socket.Handle;
        var wanted = new Epoll.Event { Events = Epoll.In, Index = index };
        if (Epoll.epoll_ctl(epoll, Epoll.Add, _descriptors[index], &wanted) != 0) throw new InvalidOperationException("epoll_ctl failed.");
        Ask(index, Stopwatch.GetTimestamp(), buffer);
    }

    private void Ask(int index, long now, byte* buffer)
    {
        _sentAt[index] = now;
        if (Epoll.send(_descriptors[index], buffer, MessageBytes, Epoll.NoSignal) != MessageBytes)
            throw new InvalidOperationException("A message could not be sent.");
    }
}
