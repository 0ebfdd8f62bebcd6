using Patchy.Bench.Running;

namespace Patchy.Bench.Comparisons;

internal sealed class PatchComparison : Comparison
{
    public override string Name => "patch";

    public override string Usage => "Patch.All() in a process that has just started";

    public override void Compare(string[] args) =>
        Show("a fresh process until its first thread has run", [Contender.OfThisProgram("cold-patched"), Contender.OfThisProgram("cold-plain")], "patch-cold");
}
