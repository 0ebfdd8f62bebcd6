using BenchmarkDotNet.Attributes;
using Patchy.Events;
using Semaphore = Patchy.Locks.Semaphore;

namespace Patchy.Micro;

/// <summary>gevent's primitives when nobody has to wait.</summary>
[MemoryDiagnoser]
public class UncontendedBenchmarks : InGreenlet
{
    private readonly Event _set = new();
    private readonly Semaphore _semaphore = new(1);
    private readonly Queues.JoinableQueue<int> _queue = new(16);

    public UncontendedBenchmarks() => _set.Set();

    [AllocatesNothing]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void EventWaitWhenSet() => Run(() =>
    {
        for (int i = 0; i < Operations; i++) _set.Wait();
    });

    /// <summary>The form with a time, which must not make a timer when there is nothing to wait for.</summary>
    [AllocatesNothing]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void EventWaitWhenSetWithTimeout() => Run(() =>
    {
        var minute = TimeSpan.FromMinutes(1);
        for (int i = 0; i < Operations; i++) _set.Wait(minute);
    });

    [AllocatesNothing]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void SemaphoreAcquireRelease() => Run(() =>
    {
        for (int i = 0; i < Operations; i++)
        {
            _semaphore.Acquire();
            _semaphore.Release();
        }
    });

    [AllocatesNothing]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void QueuePutGet() => Run(() =>
    {
        for (int i = 0; i < Operations; i++)
        {
            _queue.Put(i);
            _queue.Get();
        }
    });
}
