using Patchy.Bench.Running;

namespace Patchy.Bench.Compare.Sections;

internal sealed class SleepersSection : Section
{
    public override string Name => "sleepers";

    public override int Order => 140;

    public override string Title => "Sleepers";

    public override string What => "10,000 that sleep for a second at once: what they cost beyond it.";

    public override IEnumerable<Case> Cases(Setup setup)
    {
        int count = setup.Size(10_000, 100);
        yield return new Case($"{count:N0} sleepers of 1 s", 3, setup.Measured(
            [Contender.Patchy, Contender.OfThisProgram("Patchy, greenlets", "patched-greenlet", "user"), Contender.PatchyKernel, Contender.Async, Contender.Threads, .. setup.Others],
            ["sleepers", count]));
    }
}
