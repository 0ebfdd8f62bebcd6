using System.Diagnostics;
using Patchy.Bench.Running;

namespace Patchy.Bench.Works;

/// <summary>What the one line costs a process that has just started: until it returns, and until the first green thread has run.</summary>
internal sealed class ColdPatchWork : IWork
{
    public string Name => "patch-cold";

    public Figures Run(string who, params int[] sizes)
    {
        long start = Stopwatch.GetTimestamp();
        if (who == "cold-patched") Patch.All();
        double patched = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var thread = new Thread(() => Thread.Sleep(1));
        thread.Start();
        thread.Join();
        double ran = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        double sinceStart = (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds;
        return new Figures().Add("first_thread_ms", ran).Add("patch_ms", patched).Add("since_start_ms", sinceStart);
    }
}
