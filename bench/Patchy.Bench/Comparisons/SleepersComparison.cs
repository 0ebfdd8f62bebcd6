using Patchy.Bench.Running;

namespace Patchy.Bench.Comparisons;

internal sealed class SleepersComparison : Comparison
{
    public override string Name => "sleepers";

    public override string Usage => "[N]: N (10,000) that sleep a second at once, and what they cost beyond it";

    public override void Compare(string[] args)
    {
        int count = UsageException.NumberAt(args, 0, 10_000);
        Show($"{count:N0} sleepers of 1 s", [Contender.Patched, Contender.OfThisProgram("patched-greenlet"), .. Contender.All()[1..]], "sleepers", count);
    }
}
