using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Patchy.Bench.Running;

namespace Patchy.Bench.Load;

/// <summary>
/// Asks a server as fast as it answers: each active connection has one message under way; when it is answered, the connection that has been idle
/// longest asks next. One thread and system calls only, nothing allocated, so that it stays ahead of any server on one core.
/// </summary>
internal sealed unsafe class RequestLoad(LoadOptions options)
{
    private const int EventsAtOnce = 256;
    private const int BufferBytes = 4096;
    private const int Batch = 200;
    private const int StallMs = 10_000;
    private const int FirstAnswerMs = 30_000;
    private static readonly byte[] s_message = "abcdefghijklmnopqrstuvwxyz01234\n"u8.ToArray();

    private readonly Socket[] _sockets = new Socket[options.Connections];
    private readonly int[] _descriptors = new int[options.Connections];
    private readonly long[] _askedAt = new long[options.Connections];
    private readonly HttpResponse[]? _responses = options.Http is null ? null : new HttpResponse[options.Connections];
    private readonly byte[] _question =
        options.Http is null ? s_message : Encoding.ASCII.GetBytes($"GET {options.Http} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    private readonly Queue<int> _idle = new(options.Connections);
    private readonly LatencyHistogram _latencies = new();

    public Figures Run()
    {
        int epoll = Epoll.epoll_create1(0);
        // SAFETY: the buffers live on this frame, and every call gets its own length; descriptors stay open because _sockets holds them.
        byte* buffer = stackalloc byte[BufferBytes];
        Epoll.Event* events = stackalloc Epoll.Event[EventsAtOnce];
        OpenAll(epoll);
        for (int i = options.Active; i < options.Connections; i++) _idle.Enqueue(i);
        for (int i = 0; i < options.Active; i++) Ask(i, Stopwatch.GetTimestamp());

        long from = Stopwatch.GetTimestamp() + (long)(options.WarmUp * Stopwatch.Frequency);
        long end = from + (long)(options.Seconds * Stopwatch.Frequency);
        ServerCosts before = default;
        bool measures = false;
        while (true)
        {
            int count = Epoll.epoll_wait(epoll, events, EventsAtOnce, StallMs);
            if (count <= 0) throw new InvalidOperationException($"The server has not answered for {StallMs} ms.");
            long at = Stopwatch.GetTimestamp();
            if (!measures && at >= from)
            {
                before = ServerCosts.Now(options.Server);
                measures = true;
            }
            if (at >= end) break;
            for (int i = 0; i < count; i++)
            {
                int index = events[i].Index;
                nint length = Epoll.recv(_descriptors[index], buffer, BufferBytes, Epoll.DontWait);
                if (length == 0) throw new InvalidOperationException("The server closed a connection.");
                if (length > 0 && IsComplete(index, new ReadOnlySpan<byte>(buffer, (int)length))) Answered(index, Stopwatch.GetTimestamp(), measures);
            }
        }
        ServerCosts after = ServerCosts.Now(options.Server);
        var figures = new Figures().Add("requests_per_s", _latencies.Count / after.SecondsSince(before)).Add("p50_us", _latencies.Microseconds(0.5))
            .Add("p99_us", _latencies.Microseconds(0.99)).Add("max_us", _latencies.Microseconds(1));
        return after.AddTo(figures, before, "cpu_us", _latencies.Count);
    }

    // Each is served once before the clock starts, if asked for: the server has accepted them all, and its code is warm.
    private void OpenAll(int epoll)
    {
        var answer = new byte[BufferBytes];
        for (int first = 0; first < options.Connections; first += Batch)
        {
            int end = Math.Min(first + Batch, options.Connections);
            for (int i = first; i < end; i++)
            {
                Open(i);
                if (options.Prime) Ask(i, 0);
            }
            for (int i = first; i < end; i++)
            {
                while (options.Prime)
                {
                    int length = _sockets[i].Receive(answer);
                    if (length == 0) throw new InvalidOperationException("The server closed a connection.");
                    if (IsComplete(i, answer.AsSpan(0, length))) break;
                }
                var wanted = new Epoll.Event { Events = Epoll.In, Index = i };
                if (Epoll.epoll_ctl(epoll, Epoll.Add, _descriptors[i], &wanted) != 0) throw new InvalidOperationException("epoll_ctl failed.");
            }
        }
    }

    private void Open(int index)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = FirstAnswerMs };
        socket.Connect(IPAddress.Loopback, options.Port);
        _sockets[index] = socket;
        _descriptors[index] = (int)socket.Handle;
        if (_responses is not null) _responses[index] = new HttpResponse();
    }

    private bool IsComplete(int index, ReadOnlySpan<byte> piece) => _responses is null ? piece[^1] == '\n' : _responses[index].IsCompleteWith(piece);

    private void Answered(int index, long now, bool counts)
    {
        if (counts) _latencies.Add(now - _askedAt[index]);
        _idle.Enqueue(index);
        Ask(_idle.Dequeue(), now);
    }

    private void Ask(int index, long now)
    {
        _askedAt[index] = now;
        // SAFETY: the array is pinned for the call.
        fixed (byte* question = _question)
            if (Epoll.send(_descriptors[index], question, (nuint)_question.Length, Epoll.NoSignal) != _question.Length)
                throw new InvalidOperationException("A message could not be sent.");
    }
}
