using Patchy.Bench.Running;

namespace Patchy.Bench;

internal sealed class PassThroughCommand : CompareCommand
{
    public override string Name => "pass-through";

    public override string Usage => "what the patch costs native threads: the same calls with it and without it";

    protected override void Compare(string[] args) =>
        Show("calls of a native thread that do not block", [Contender.Patched, Contender.Threads], "pass-through");
}
