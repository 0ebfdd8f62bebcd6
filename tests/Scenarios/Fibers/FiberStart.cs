using System.Diagnostics;
using Patchy.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>FiberStart: what setting up user-mode fibers costs a process, in processor time.</summary>
internal sealed class FiberStart : IScenario
{
    public int Run(string[] args)
    {
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        string? whyNot = FiberPlatform.WhyNotUserMode();
        Console.WriteLine($"{whyNot ?? "ready"} in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms, processor {(Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds:F0} ms");
        return 0;
    }
}
