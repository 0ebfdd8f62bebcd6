using Patchy.Bench.Running;
using Patchy.Bench.Works;

namespace Patchy.Bench.Words;

/// <summary>Legacy threads that sleep for a second at once.</summary>
internal sealed class SleepersWord : Word
{
    public override string Name => "sleepers";

    public override string Usage => "[N]: N (10,000) of `new Thread` that sleep a second at once";

    protected override BenchLine Measure(string[] args)
    {
        int count = args.Length > 0 ? NumberAt(args, 0, 0) : Operations(10_000);
        Figures figures = new SleepersWork().Run("patched", count);
        double wallMs = figures["extra_wall_ms"]!.Value + SleepersWork.SleepMs;
        return new BenchLine(Name, count, wallMs * 1e6 / count).Add(BenchLine.CpuMs, figures["cpu_ms"]!.Value)
            .Add(BenchLine.RssKbEach, figures["rss_kb_each"]!.Value);
    }
}
