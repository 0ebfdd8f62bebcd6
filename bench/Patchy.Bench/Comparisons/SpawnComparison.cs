using Patchy.Bench.Running;

namespace Patchy.Bench.Comparisons;

internal sealed class SpawnComparison : Comparison
{
    public override string Name => "spawn";

    public override string Usage => "start and end: Greenlet.Spawn, a green new Thread, and the peers";

    public override void Compare(string[] args) =>
        Show("spawn and finish", [Contender.Patched, Contender.OfThisProgram("patched-thread"), .. Contender.All()[1..]], "spawn");
}
