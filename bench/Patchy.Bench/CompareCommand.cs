using Patchy.Bench.Comparisons;
using Patchy.Bench.Running;

namespace Patchy.Bench;

/// <summary>Measures a work beside its peers and prints a Markdown table.</summary>
internal sealed class CompareCommand : IBenchCommand
{
    private static readonly IComparison[] s_comparisons = [.. Found.All<IComparison>().OrderBy(c => c.Name, StringComparer.Ordinal)];

    public string Name => "compare";

    public string Usage => "WHAT [ARGUMENTS]: a table with the peers. WHAT is\n" +
        string.Join('\n', s_comparisons.Select(c => $"                  {c.Name,-12} {c.Usage}"));

    public int Run(string[] args)
    {
        if (args.Length == 0) throw new UsageException("What shall be compared?");
        IComparison comparison = Array.Find(s_comparisons, c => c.Name == args[0]) ?? throw new UsageException($"There is no comparison '{args[0]}'.");
        Console.WriteLine(Machine.Line());
        comparison.Compare(args[1..]);
        return 0;
    }
}
