namespace Patchy.Bench.Comparisons;

internal sealed class AllComparison : IComparison
{
    public string Name => "all";

    public string Usage => "every comparison, one after the other";

    public void Compare(string[] args)
    {
        IComparison[] comparisons =
        [
            new YieldComparison(), new SpawnComparison(), new ApiComparison(), new LockComparison(), new PassThroughComparison(), new PatchComparison(),
            new SleepersComparison(), new Echo.EchoComparison(),
        ];
        foreach (IComparison comparison in comparisons)
        {
            Console.WriteLine($"\n## {comparison.Name}");
            comparison.Compare([]);
        }
    }
}
