using System.Net;
using System.Net.Sockets;
using Patchy.Bench.Running;

namespace Patchy.Bench.Works;

/// <summary>
/// What patching costs code that has nothing to do with green threads: calls that do not block, on a native thread. "threads" is without the
/// patch; the main thread is a hub thread, so both measure on a pool thread, which stays native.
/// </summary>
internal sealed class PassThroughWork : IWork
{
    public string Name => "pass-through";

    public Figures Run(string who, params int[] sizes)
    {
        var done = new TaskCompletionSource<Figures>();
        ThreadPool.QueueUserWorkItem(_ =>
        {
            try
            {
                done.SetResult(Measure());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    private static Figures Measure()
    {
        var gate = new object();
        using var set = new ManualResetEvent(true);
        using var setSlim = new ManualResetEventSlim(true);
        using var semaphore = new SemaphoreSlim(1);
        Task task = Task.CompletedTask;
        using Socket a = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using Socket b = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        a.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        b.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        a.Connect(b.LocalEndPoint!);
        var buffer = new byte[1];
        return new Figures()
            .Add("lock_ns", Timed.Nanoseconds(Timed.Part(20_000_000), n => { for (int i = 0; i < n; i++) lock (gate) { } }))
            .Add("sleep0_ns", Timed.Nanoseconds(Timed.Part(1_000_000), n => { for (int i = 0; i < n; i++) Thread.Sleep(0); }))
            .Add("event_ns", Timed.Nanoseconds(Timed.Part(5_000_000), n => { for (int i = 0; i < n; i++) set.WaitOne(); }))
            .Add("event_slim_ns", Timed.Nanoseconds(Timed.Part(20_000_000), n => { for (int i = 0; i < n; i++) setSlim.Wait(); }))
            .Add("semaphore_slim_ns", Timed.Nanoseconds(Timed.Part(5_000_000), n => { for (int i = 0; i < n; i++) { semaphore.Wait(); semaphore.Release(); } }))
            .Add("task_ns", Timed.Nanoseconds(Timed.Part(20_000_000), n => { for (int i = 0; i < n; i++) task.Wait(); }))
            .Add("udp_ns", Timed.Nanoseconds(Timed.Part(200_000), n => { for (int i = 0; i < n; i++) { a.Send(buffer); b.Receive(buffer); } }));
    }
}
