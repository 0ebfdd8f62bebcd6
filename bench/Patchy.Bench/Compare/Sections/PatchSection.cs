using Patchy.Bench.Running;

namespace Patchy.Bench.Compare.Sections;

internal sealed class PatchSection : Section
{
    public override string Name => "patch";

    public override int Order => 130;

    public override string Title => "The first moments";

    public override string What => "`Patch.All()` in a process that has just started, until its first thread has run.";

    public override IEnumerable<Case> Cases(Setup setup) =>
        [new Case("A fresh process", 5, setup.Measured([Contender.OfThisProgram("patched", "cold-patched", "user"), Contender.OfThisProgram("plain", "cold-plain")], ["patch-cold"]))];
}
