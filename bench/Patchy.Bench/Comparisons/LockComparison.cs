using Patchy.Bench.Running;

namespace Patchy.Bench.Comparisons;

internal sealed class LockComparison : Comparison
{
    public override string Name => "lock";

    public override string Usage => "a lock that is free, and one that four workers give their turn away in";

    public override void Compare(string[] args) =>
        Show("lock, 4 workers", [Contender.Patched, Contender.Threads, .. Peers.Installed()], "lock");
}
