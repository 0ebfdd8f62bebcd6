using System.Diagnostics;
using Patchy.Bench.Running;

namespace Patchy.Bench.Compare;

/// <summary>Runs works side by side with the peers and writes the tables and charts; bench/compare calls it.</summary>
internal sealed class CompareCommand : IBenchCommand
{
    private static readonly Section[] s_sections = [.. Found.All<Section>().OrderBy(s => s.Order)];

    public string Name => "compare";

    public string Usage =>
        $"""
        [WORK ...] [--rounds N] [--seconds S] [--quick] [--no-write]: side by side with the peers, into bench/README.md and bench/*.svg
                        WORK is {string.Join(", ", s_sections.Select(s => s.Name))}; all of them unless named
                        --rounds N    how often each contender has its turn        --quick     everything once and tiny: whether it works; writes nothing
                        --seconds S   for how long a server is measured            --no-write  the tables on the screen only
        """;

    public int Run(string[] args)
    {
        CompareOptions options = CompareOptions.Parse(args);
        foreach (string work in options.Works)
            if (!s_sections.Any(s => s.Name == work)) throw new UsageException($"There is no work '{work}'.");
        Section[] chosen = options.Works.Count == 0 ? s_sections : [.. s_sections.Where(s => options.Works.Contains(s.Name))];
        var document = new Document();
        foreach (Section section in chosen) document.RequirePlaceFor(section);

        long start = Stopwatch.GetTimestamp();
        var setup = new Setup(options, new Peers());
        var runner = new CaseRunner(options);
        foreach (string missing in setup.Peers.Missing) Console.Error.WriteLine($"Not here: {missing}");
        bool failed = false;
        foreach (Section section in chosen)
        {
            (IReadOnlyList<CaseResult> results, List<string> notes) = Measure(section, setup, runner);
            failed |= results.Any(r => r.Rows.Any(row => row.Error is not null));
            string text = SectionText.Of(section, results, RunLine(section, setup, options), notes);
            string chart = Chart.Of(section.Title, results);
            Console.WriteLine(text);
            document.Put(section, text, results.Count > 0 ? chart : null);
        }
        if (options.Write) document.Save();
        Console.Error.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalMinutes:0.0} minutes; {(options.Write ? "written to bench/README.md" : "nothing written")}.");
        if (failed) Console.Error.WriteLine("Somebody failed: see the tables.");
        return failed ? 1 : 0;
    }

    private static (IReadOnlyList<CaseResult> Results, List<string> Notes) Measure(Section section, Setup setup, CaseRunner runner)
    {
        List<string> notes = [.. section.Missing(setup)];
        if (setup.Peers.Missing.Count > 0) notes.Insert(0, $"Not on this machine, and so not in the tables: {string.Join("; ", setup.Peers.Missing)}.");
        var results = new List<CaseResult>();
        using IDisposable? held = section.Begin(setup);
        foreach (Case work in section.Cases(setup))
        {
            if (work.OpenFiles > OpenFiles.Limit())
                notes.Add($"{work.Title}: left out. It needs {work.OpenFiles:N0} open files in a process, and the hard limit is {OpenFiles.Limit():N0} (`ulimit -Hn`).");
            else results.Add(runner.Run(work));
        }
        return (results, notes);
    }

    private static string RunLine(Section section, Setup setup, CompareOptions options)
    {
        string words = string.Join(' ', (IEnumerable<string>)["bench/compare", section.Name,
            .. options.Rounds is { } rounds ? new[] { "--rounds", $"{rounds}" } : [], .. options.Seconds is { } seconds ? new[] { "--seconds", FormattableString.Invariant($"{seconds}") } : []]);
        string versions = string.Concat(setup.Peers.Versions.Select(v => $", {v}"));
        string tied = Processors.CanTie ? "" : "; processes could not be tied to cores";
        return $"`{words}`, {DateTime.UtcNow:yyyy-MM-dd}, {Repository.Commit()}: {Machine.Line()}{versions}; {setup.Load.Description}{tied}.";
    }
}
