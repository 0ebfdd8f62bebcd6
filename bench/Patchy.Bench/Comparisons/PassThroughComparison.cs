using Patchy.Bench.Running;

namespace Patchy.Bench.Comparisons;

internal sealed class PassThroughComparison : Comparison
{
    public override string Name => "passthrough";

    public override string Usage => "what the patch costs native threads: the same calls with it and without it";

    public override void Compare(string[] args) =>
        Show("calls of a native thread that do not block", [Contender.Patched, Contender.Threads], "pass-through");
}
