using Patchy.Bench.Running;
using Patchy.Bench.Works;

namespace Patchy.Bench.Words;

/// <summary>
/// What one switch from greenlet to greenlet costs when nothing but the two is there: the smallest of all figures, which every wait contains.
/// </summary>
internal sealed class SwitchWord : Word
{
    public override string Name => "switch";

    public override string Usage => "from one greenlet to another and back: a single switch";

    protected override BenchLine Measure(string[] args)
    {
        int switches = Operations(10_000_000);
        return new BenchLine(Name, switches, Timed.Nanoseconds(switches, n => YieldWork.Greenlets(2, n / 2)));
    }
}
