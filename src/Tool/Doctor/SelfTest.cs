using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Patchy.Tool.Doctor;

/// <summary>Threads that sleep, lock, wait for an event and for a socket, in a process that is patched.</summary>
internal sealed class SelfTest : IDisposable
{
    private const int Count = 50;

    private readonly FiberKind _kind;
    private readonly CountdownEvent _present = new(Count);
    private readonly ManualResetEventSlim _go = new();
    private readonly object _lock = new();
    private int _sum;
    private int _green;
    private int _answered;

    public SelfTest(FiberKind kind) => _kind = kind;

    /// <summary>Null when all is well, else what is not.</summary>
    public string? Run(out string found)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(Count);
        var server = new Thread(() => Answer(listener));
        server.Start();
        Thread[] threads = [.. Enumerable.Range(1, Count).Select(number => new Thread(() => Work(number, (IPEndPoint)listener.LocalEndpoint)))];
        foreach (Thread thread in threads) thread.Start();
        _present.Wait();
        int systemThreads = Directory.GetDirectories("/proc/self/task").Length;
        _go.Set();
        foreach (Thread thread in threads) thread.Join();
        server.Join();
        found = $"{Count} threads that waited had {systemThreads} kernel threads";
        if (_green != Count) return $"Only {_green} of {Count} threads were green.";
        if (_answered != Count) return $"Only {_answered} of {Count} connections were answered.";
        if (_sum != Count * (Count + 1) / 2) return $"A lock did not exclude: the sum is {_sum}.";
        return _kind == FiberKind.User && systemThreads >= Count ? $"{found}: they are not user-mode fibers." : null;
    }

    public void Dispose()
    {
        _present.Dispose();
        _go.Dispose();
    }

    private void Work(int number, IPEndPoint server)
    {
        if (Greenlet.Current is not null) Interlocked.Increment(ref _green);
        lock (_lock)
        {
            int sum = _sum;
            Thread.Sleep(1); // the others meet a lock that is held
            _sum = sum + number;
        }
        _present.Signal();
        _go.Wait();
        using var client = new TcpClient();
        client.Connect(server);
        if (client.GetStream().ReadByte() == 'x') Interlocked.Increment(ref _answered);
    }

    private static void Answer(TcpListener listener)
    {
        for (int i = 0; i < Count; i++)
        {
            using Socket client = listener.AcceptSocket();
            client.Send("x"u8);
        }
    }
}
