using Patchy.Bench.Running;

namespace Patchy.Bench;

internal sealed class LockCommand : CompareCommand
{
    public override string Name => "lock";

    public override string Usage => "a lock that is free, and one that four workers give their turn away in";

    protected override void Compare(string[] args) =>
        Show("lock, 4 workers", [Contender.Patched, Contender.Threads, .. Peers.Installed()], "lock");
}
