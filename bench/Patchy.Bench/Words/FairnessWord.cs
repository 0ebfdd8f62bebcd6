using Patchy.Bench.Running;
using Patchy.Bench.Works;

namespace Patchy.Bench.Words;

/// <summary>A timer of 10 ms beside a greenlet that always has something to receive: ns_per_op is the worst lateness.</summary>
internal sealed class FairnessWord : Word
{
    public override string Name => "fairness";

    public override string Usage => "[MS]: how late a timer of 10 ms is at worst while a greenlet receives from an endless sender (for 3,000 ms)";

    protected override BenchLine Measure(string[] args)
    {
        int milliseconds = args.Length > 0 ? NumberAt(args, 0, 0) : Math.Max(100, Operations(3000));
        using var sender = new EndlessSender();
        Figures figures = new FairnessWork().Run("patched", sender.Port, milliseconds);
        return new BenchLine(Name, (long)figures["timers"]!.Value, figures["worst_late_ms"]!.Value * 1e6)
            .Add("ns_median", figures["median_late_ms"]!.Value * 1e6).Add("mib_per_s", figures["mib_per_s"]!.Value);
    }
}
