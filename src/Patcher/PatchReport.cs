using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Patchy;

/// <summary>What was patched, what was not and why. <see cref="ToString"/> is a table.</summary>
public sealed class PatchReport
{
    private readonly PatchReportRow[] _rows;

    internal PatchReport(PatchGroups groups, string engine, TimeSpan elapsed, PatchReportRow[] rows)
    {
        Groups = groups;
        Engine = engine;
        Elapsed = elapsed;
        _rows = rows;
    }

    /// <summary>The groups that are patched now.</summary>
    public PatchGroups Groups { get; }

    /// <summary>How methods are redirected on this runtime.</summary>
    public string Engine { get; }

    /// <summary>How long it took, everything included.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>One row for each method.</summary>
    public IReadOnlyList<PatchReportRow> Rows => _rows;

    /// <summary>The number of rows with that outcome.</summary>
    public int Count(PatchOutcome outcome)
    {
        int count = 0;
        foreach (PatchReportRow row in _rows)
        {
            if (row.Outcome == outcome) count++;
        }
        return count;
    }

    /// <summary>A table: one line for each method, a line with the sums, then the reasons.</summary>
    public override string ToString()
    {
        int width = "method".Length;
        foreach (PatchReportRow row in _rows) width = Math.Max(width, row.Target.Length);

        var text = new StringBuilder();
        Line(text, width, "group", "method", "by", "outcome");
        foreach (PatchReportRow row in _rows)
        {
            Line(text, width, Lower(row.Group.ToString()), row.Target, row.Mechanism, Lower(row.Outcome.ToString()));
            if (row.Reason is not null) text.Append("         ").Append(row.Reason).Append('\n');
        }
        text.Append(CultureInfo.InvariantCulture, $"{Count(PatchOutcome.Applied)} applied, {Count(PatchOutcome.Late)} late, {Count(PatchOutcome.Skipped)} skipped, ")
            .Append(CultureInfo.InvariantCulture, $"{Count(PatchOutcome.Refused)} refused, {Count(PatchOutcome.Undone)} undone")
            .Append(CultureInfo.InvariantCulture, $" in {Elapsed.TotalMilliseconds:f1} ms ({Engine})\n");
        return text.ToString();
    }

    private static void Line(StringBuilder text, int width, string group, string method, string mechanism, string outcome) =>
        text.Append(group.PadRight(9)).Append(method.PadRight(width + 2)).Append(mechanism.PadRight(6)).Append(outcome).Append('\n');

    private static string Lower(string text) => text.ToLowerInvariant();
}
