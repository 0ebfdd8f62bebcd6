using Patchy.Bench.Running;

namespace Patchy.Bench.Compare.Sections;

internal sealed class YieldSection : Section
{
    public override string Name => "yield";

    public override int Order => 80;

    public override string Title => "Giving the turn away";

    public override string What =>
        "Tasks that do nothing but give their turn away; and two threads that hand it over by `SemaphoreSlim`, as legacy code does. The yield of OS threads is that hand-over too, since `Thread.Yield` need not do anything.";

    public override IEnumerable<Case> Cases(Setup setup)
    {
        Contender[] all = [.. setup.OfDotnet, .. setup.Others];
        yield return new Case("Yield, 2 tasks", 3, setup.Measured(all, ["yield", 2]));
        if (setup.Quick) yield break;
        yield return new Case("Yield, 1,000 tasks", 3, setup.Measured(all.Where(c => c != Contender.Threads), ["yield", 1000]));
        yield return new Case("Semaphore hand-over", 3, setup.Measured(all, ["thread-semaphore"]));
    }
}
