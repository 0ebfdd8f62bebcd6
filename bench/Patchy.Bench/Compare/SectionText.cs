using System.Text;

namespace Patchy.Bench.Compare;

/// <summary>The Markdown of one section: when, where and of what it was measured, the chart, the tables, and what is missing.</summary>
internal static class SectionText
{
    private const double Full = 97;

    public static string Of(Section section, IReadOnlyList<CaseResult> results, string runLine, IReadOnlyList<string> notes)
    {
        var text = new StringBuilder();
        text.Append($"### {section.Title}\n\n{section.What}\n\n{runLine}\n");
        if (results.Count > 0) text.Append($"\n![{section.Title}]({section.Name}.svg)\n");
        foreach (CaseResult result in results) AppendTable(text, result);
        foreach (string note in (IEnumerable<string>)[.. results.SelectMany(Notes), .. notes]) text.Append($"\n{note}\n");
        return text.ToString();
    }

    private static void AppendTable(StringBuilder text, CaseResult result)
    {
        text.Append($"\n{result.Title}{(result.Rounds > 1 ? $" (median of {result.Rounds})" : "")}\n\n");
        IReadOnlyList<string> columns = result.Columns;
        text.Append($"| | {string.Join(" | ", columns.Select(Columns.Heading))} | ratio |\n| --- |{string.Concat(Enumerable.Repeat(" ---: |", columns.Count + 1))}\n");
        foreach (Row row in result.Rows)
        {
            IEnumerable<string> cells = row.Median is null
                ? ["failed", .. Enumerable.Repeat("", columns.Count)]
                : [.. columns.Select(c => Columns.Show(row.Median[c])), Columns.Show(row.Ratio)];
            text.Append($"| {row.Name} | {string.Join(" | ", cells)} |\n");
        }
    }

    private static IEnumerable<string> Notes(CaseResult result)
    {
        foreach (Row row in result.Rows)
            if (row.Error is { } error) yield return $"{result.Title}: {row.Name} failed: {error.ReplaceLineEndings(" ").Replace(Running.Repository.Root, ".", StringComparison.Ordinal)}";
        string[] full = [.. result.Rows.Where(r => r.Median?["load_busy"] >= Full).Select(r => r.Name)];
        if (full.Length > 0) yield return $"{result.Title}: the load generator had no time left, so the real figure may be higher: {string.Join(", ", full)}.";
    }
}
