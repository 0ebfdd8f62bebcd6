using Patchy.Bench.Running;

namespace Patchy.Bench;

/// <summary>Measures one work beside its peers. ROUNDS can be set by PATCHY_BENCH_ROUNDS.</summary>
internal abstract class CompareCommand : IBenchCommand
{
    public abstract string Name { get; }

    public abstract string Usage { get; }

    protected static int Rounds { get; } = int.TryParse(Environment.GetEnvironmentVariable("PATCHY_BENCH_ROUNDS"), out int rounds) && rounds > 0 ? rounds : 5;

    public int Run(string[] args)
    {
        Console.WriteLine(Machine.Line());
        Compare(args);
        return 0;
    }

    protected abstract void Compare(string[] args);

    protected static void Show(string title, Contender[] contenders, params object[] work) => new Comparison(title, work, contenders, Rounds).RunAndPrint();
}
