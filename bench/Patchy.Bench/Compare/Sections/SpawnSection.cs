using Patchy.Bench.Running;

namespace Patchy.Bench.Compare.Sections;

internal sealed class SpawnSection : Section
{
    public override string Name => "spawn";

    public override int Order => 90;

    public override string Title => "Starting";

    public override string What =>
        "Start something that ends at once, and wait for it: a hundred at a time. `new Thread` is a green one in the rows of Patchy; it is a thread for everybody, so it pays for one at both ends.";

    public override IEnumerable<Case> Cases(Setup setup) =>
    [
        new Case("Spawn and finish", 3, setup.Measured(
        [
            Contender.Patchy, Contender.PatchyKernel, Contender.OfThisProgram("Patchy, new Thread", "patched-thread", "user"), Contender.Async, Contender.Threads, .. setup.Others,
        ], ["spawn"])),
    ];
}
