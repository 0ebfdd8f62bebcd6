using System.Diagnostics;

namespace Patchy.Scenarios.Patcher;

/// <summary>ColdStart [MANIFEST]: how long the first Patch.All() of a process takes, and that it works.</summary>
internal sealed class ColdStart : IScenario
{
    public int Run(string[] args)
    {
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long methods = System.Runtime.JitInfo.GetCompiledMethodCount();
        TimeSpan jit = System.Runtime.JitInfo.GetCompilationTime();
        long started = Stopwatch.GetTimestamp();
        PatchReport report = Patch.All(new PatchOptions { ManifestPath = args.Length > 0 ? args[0] : null });
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        processor = Environment.CpuUsage.TotalTime - processor;
        methods = System.Runtime.JitInfo.GetCompiledMethodCount() - methods;
        jit = System.Runtime.JitInfo.GetCompilationTime() - jit;
        Console.WriteLine($"{methods} methods compiled in {jit.TotalMilliseconds:f1} ms");
        Console.WriteLine($"Patch.All cold: {elapsed.TotalMilliseconds:f1} ms, {processor.TotalMilliseconds:f1} ms of processor time, since the process began {(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds:f0} ms");
        Console.Write(report);
        return report.Count(PatchOutcome.Late) == 0 ? 0 : 1;
    }
}
