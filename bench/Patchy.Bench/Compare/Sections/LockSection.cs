using Patchy.Bench.Running;

namespace Patchy.Bench.Compare.Sections;

internal sealed class LockSection : Section
{
    public override string Name => "lock";

    public override int Order => 110;

    public override string Title => "lock";

    public override string What => "A `lock` that four workers give their turn away in, and one that nobody else wants.";

    public override IEnumerable<Case> Cases(Setup setup) =>
        [new Case("lock, 4 workers", 3, setup.Measured([Contender.Patchy, Contender.PatchyKernel, Contender.Threads, .. setup.Others], ["lock"]))];
}
