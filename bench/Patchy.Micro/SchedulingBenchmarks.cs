using BenchmarkDotNet.Attributes;
using Semaphore = Patchy.Locks.Semaphore;

namespace Patchy.Micro;

/// <summary>What the hub does by itself.</summary>
[MemoryDiagnoser]
public class SchedulingBenchmarks : InGreenlet
{
    private static readonly Action s_nothing = static () => { };
    private readonly Semaphore _ping = new(0);
    private readonly Semaphore _pong = new(0);

    /// <summary>A greenlet that is alone gives its turn away and gets it back.</summary>
    [AllocatesNothing]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Yield() => Run(static () =>
    {
        for (int i = 0; i < Operations; i++) Greenlet.Yield();
    });

    /// <summary>One greenlet to another: two take turns, and each turn is one switch.</summary>
    [AllocatesNothing]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Switch() => Run(static () => Yields(Operations / 2), static () => Yields(Operations / 2));

    /// <summary>A greenlet with an empty body, and waiting for its end.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void SpawnAndEnd() => Run(static () =>
    {
        for (int i = 0; i < Operations; i++) Greenlet.Spawn(s_nothing).Join();
    });

    /// <summary>A wait that waits: each operation is one park and one wake by the other greenlet.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void ParkAndWake() => Run(
        () =>
        {
            for (int i = 0; i < Operations / 2; i++)
            {
                _ping.Release();
                _pong.Acquire();
            }
        },
        () =>
        {
            for (int i = 0; i < Operations / 2; i++)
            {
                _ping.Acquire();
                _pong.Release();
            }
        });

    private static void Yields(int times)
    {
        for (int i = 0; i < times; i++) Greenlet.Yield();
    }
}
