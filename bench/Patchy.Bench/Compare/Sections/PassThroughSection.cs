using Patchy.Bench.Running;

namespace Patchy.Bench.Compare.Sections;

internal sealed class PassThroughSection : Section
{
    public override string Name => "passthrough";

    public override int Order => 120;

    public override string Title => "What the patch costs native threads";

    public override string What => "Calls that do not block, on a native thread, in a patched process and in a plain one.";

    public override IEnumerable<Case> Cases(Setup setup) =>
        [new Case("Calls of a native thread", 3, setup.Measured([Contender.OfThisProgram("patched", "patched", "user"), Contender.OfThisProgram("plain", "threads")], ["pass-through"]))];
}
