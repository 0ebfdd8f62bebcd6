using BenchmarkDotNet.Attributes;
using Semaphore = Patchy.Locks.Semaphore;

namespace Patchy.Micro;

/// <summary>Timers that never fire, which is what most timers do.</summary>
[MemoryDiagnoser]
public class TimerBenchmarks : InGreenlet
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private readonly GreenletTimeout _timeout = new(s_minute);
    private readonly Semaphore _ping = new(0);
    private readonly Semaphore _pong = new(0);

    /// <summary>One timeout, started and cancelled over and over.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void StartCancel() => Run(() =>
    {
        for (int i = 0; i < Operations; i++)
        {
            _timeout.Start();
            _timeout.Cancel();
        }
    });

    /// <summary>As it is written in programs: a timeout is an exception object, and each scope makes one.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Scope() => Run(static () =>
    {
        for (int i = 0; i < Operations; i++)
        {
            using GreenletTimeout timeout = GreenletTimeout.StartNew(s_minute);
        }
    });

    /// <summary>Park and wake with a time limit: one timer each, started and cancelled by the wait.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void ParkAndWakeWithTimeout() => Run(
        () =>
        {
            for (int i = 0; i < Operations / 2; i++)
            {
                _ping.Release();
                _pong.Acquire(s_minute);
            }
        },
        () =>
        {
            for (int i = 0; i < Operations / 2; i++)
            {
                _ping.Acquire(s_minute);
                _pong.Release();
            }
        });
}
