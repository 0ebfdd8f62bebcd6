using Patchy.Bench.Running;

namespace Patchy.Bench;

internal sealed class PatchColdCommand : CompareCommand
{
    public override string Name => "patch-cold";

    public override string Usage => "Patch.All() in a process that has just started";

    protected override void Compare(string[] args) =>
        Show("a fresh process until its first thread has run", [Contender.OfThisProgram("cold-patched"), Contender.OfThisProgram("cold-plain")], "patch-cold");
}
