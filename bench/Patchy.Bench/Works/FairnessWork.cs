using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Patchy.Bench.Running;

namespace Patchy.Bench.Works;

/// <summary>
/// How late a timer of 10 ms is while somebody else receives from a sender that never ends. The buffer is small and the sender fast, so that a call
/// hardly ever has to wait: nothing but a rule of the scheduler lets the timer have its turn. A timer that never gets one counts until the receiver
/// stops.
/// </summary>
internal sealed class FairnessWork : IWork
{
    private const int BufferBytes = 512;
    private const int TimerMs = 10;

    public string Name => "fairness";

    /// <param name="who">patched, threads or async.</param>
    /// <param name="sizes">The sender's port, and for how many milliseconds.</param>
    public Figures Run(string who, params int[] sizes)
    {
        if (sizes is not [int port, int milliseconds]) throw new UsageException("The sender's PORT and MILLISECONDS are needed.");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        long start = Stopwatch.GetTimestamp();
        bool InTime() => Stopwatch.GetElapsedTime(start).TotalMilliseconds < milliseconds;
        var late = new List<double>();
        long bytes = 0;
        switch (who)
        {
            case "patched" or "threads":
                var timers = new Thread(() => Timers(late, InTime));
                timers.Start();
                Thread.Sleep(1); // the first timer is set before the first receive
                bytes = Receive(socket, InTime);
                timers.Join();
                break;
            case "async":
                Task timing = TimersAsync(late, InTime);
                bytes = Task.Run(() => ReceiveAsync(socket, InTime)).GetAwaiter().GetResult();
                timing.GetAwaiter().GetResult();
                break;
            default:
                throw new UsageException($"fairness is not for {who}.");
        }
        late.Sort();
        return new Figures().Add("worst_late_ms", late[^1]).Add("median_late_ms", late[late.Count / 2])
            .Add("mib_per_s", bytes / 1048576.0 / (milliseconds / 1000.0)).Add("timers", late.Count);
    }

    private static long Receive(Socket socket, Func<bool> inTime)
    {
        var buffer = new byte[BufferBytes];
        long bytes = 0;
        while (inTime()) bytes += socket.Receive(buffer);
        return bytes;
    }

    private static void Timers(List<double> late, Func<bool> inTime)
    {
        while (inTime())
        {
            long start = Stopwatch.GetTimestamp();
            Thread.Sleep(TimerMs);
            late.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds - TimerMs);
        }
    }

    private static async Task<long> ReceiveAsync(Socket socket, Func<bool> inTime)
    {
        var buffer = new byte[BufferBytes];
        long bytes = 0;
        while (inTime()) bytes += await socket.ReceiveAsync(buffer);
        return bytes;
    }

    private static async Task TimersAsync(List<double> late, Func<bool> inTime)
    {
        while (inTime())
        {
            long start = Stopwatch.GetTimestamp();
            await Task.Delay(TimerMs);
            late.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds - TimerMs);
        }
    }
}
