using Patchy.Bench.Running;
using Patchy.Bench.Works;

namespace Patchy.Bench.Words;

/// <summary>Greenlets that give their turn away.</summary>
internal sealed class YieldWord : Word
{
    public override string Name => "yield";

    public override string Usage => "[G]: G greenlets (2) that give their turn away";

    protected override BenchLine Measure(string[] args)
    {
        int greenlets = NumberAt(args, 0, 2);
        int each = Math.Max(1, Operations(4_000_000) / greenlets);
        return new BenchLine($"yield{greenlets}", (long)greenlets * each, Timed.Nanoseconds(greenlets * each, n => YieldWork.Greenlets(greenlets, n / greenlets)));
    }
}
