using Patchy.Bench.Running;

namespace Patchy.Bench.Comparisons;

/// <summary>What comparisons share. The number of rounds can be set by PATCHY_BENCH_ROUNDS.</summary>
internal abstract class Comparison : IComparison
{
    public abstract string Name { get; }

    public abstract string Usage { get; }

    protected static int Rounds { get; } = int.TryParse(Environment.GetEnvironmentVariable("PATCHY_BENCH_ROUNDS"), out int rounds) && rounds > 0 ? rounds : 5;

    public abstract void Compare(string[] args);

    protected static void Show(string title, Contender[] contenders, params object[] work) => new ContenderTable(title, work, contenders, Rounds).RunAndPrint();
}
