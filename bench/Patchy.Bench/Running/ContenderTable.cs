using System.Globalization;

namespace Patchy.Bench.Running;

/// <summary>
/// The same work done by several contenders, each run in a process of its own, in turn and several times over, so that whatever disturbs the
/// machine disturbs them all. Shows medians, and how many times Patchy's figure each one is.
/// </summary>
internal sealed class ContenderTable(string title, object[] work, Contender[] contenders, int rounds)
{
    /// <summary>Runs all and prints a Markdown table; the first figure of the works is the one compared.</summary>
    public void RunAndPrint()
    {
        List<(Contender Who, List<Figures> Runs)> entries = [.. contenders.Select(c => (c, new List<Figures>()))];
        for (int round = 0; round < rounds; round++)
            foreach ((Contender who, List<Figures> runs) in entries) runs.Add(who.Measure(work));
        Print(title, [.. entries.Select(e => (e.Who.Name, Figures.Median(e.Runs)))], rounds);
    }

    public static void Print(string title, IReadOnlyList<(string Name, Figures Figures)> rows, int rounds)
    {
        Console.WriteLine($"\n{title} (median of {rounds})\n");
        string[] names = [.. rows.SelectMany(r => r.Figures.Names).Distinct()];
        double first = rows[0].Figures[names[0]] ?? double.NaN;
        Console.WriteLine($"| | {string.Join(" | ", names)} | ratio |");
        Console.WriteLine($"| --- |{string.Concat(Enumerable.Repeat(" ---: |", names.Length + 1))}");
        foreach ((string name, Figures figures) in rows)
            Console.WriteLine($"| {name} | {string.Join(" | ", names.Select(n => Cell(figures[n])))} | {Cell(figures[names[0]] / first)} |");
    }

    private static string Cell(double? value) => value switch
    {
        null => "",
        >= 100 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.##", CultureInfo.InvariantCulture),
    };
}
