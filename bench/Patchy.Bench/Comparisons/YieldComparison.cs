using Patchy.Bench.Running;

namespace Patchy.Bench.Comparisons;

internal sealed class YieldComparison : Comparison
{
    public override string Name => "yield";

    public override string Usage => "giving the turn away: 2 and 1,000 tasks, and two threads that hand it over through semaphores";

    public override void Compare(string[] args)
    {
        Show("yield, 2 tasks", Contender.All(), "yield", 2);
        Show("yield, 1,000 tasks", [.. Contender.All().Where(c => c != Contender.Threads)], "yield", 1000);
        Show("semaphore hand-over", Contender.All(), "thread-semaphore");
    }
}
