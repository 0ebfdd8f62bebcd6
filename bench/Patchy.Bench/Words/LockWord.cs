using Patchy.Bench.Running;
using Patchy.Bench.Works;

namespace Patchy.Bench.Words;

/// <summary>A `lock` that nobody else wants, before the patch and after it, by the same code. Medians of a few rounds.</summary>
internal sealed class LockWord : Word
{
    private const int Rounds = 5;

    public override string Name => "lock";

    public override string Usage => "an uncontended lock before patching (ns_before) and after";

    protected override bool PatchFirst => false;

    protected override BenchLine Measure(string[] args)
    {
        int times = Operations(20_000_000);
        double before = Timed.MedianNanoseconds(Rounds, times, LockWork.Uncontended);
        Patch.All();
        double after = 0;
        var green = new Thread(() => after = Timed.MedianNanoseconds(Rounds, times, LockWork.Uncontended));
        green.Start();
        green.Join();
        return new BenchLine(Name, times, after).Add(BenchLine.NanosecondsBefore, before);
    }
}
