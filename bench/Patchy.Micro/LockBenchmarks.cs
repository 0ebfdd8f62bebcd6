using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;

namespace Patchy.Micro;

/// <summary>`lock` that nobody else wants, in a greenlet, before the patch and after it. Each row has a process of its own: patching is process-wide.</summary>
[MemoryDiagnoser]
public class LockBenchmarks : InGreenlet
{
    private readonly object _gate = new();
    private readonly Lock _lock = new();
    private int _sum;

    [Params(false, true)]
    public bool Patched { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        if (Patched) Patch.All();
        if (Patch.IsPatched(PatchGroups.Monitor) != Patched) throw new InvalidOperationException("This process was patched by another benchmark: with --inProcess, run this row first or alone.");
    }

    [AllocatesNothing]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Monitor() => Run(MonitorLoop);

    [AllocatesNothing]
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Lock() => Run(LockLoop);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MonitorLoop()
    {
        for (int i = 0; i < Operations; i++)
            lock (_gate) _sum++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LockLoop()
    {
        for (int i = 0; i < Operations; i++)
            lock (_lock) _sum++;
    }
}
