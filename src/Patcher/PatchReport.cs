using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Patchy;

/// <summary>What was patched, what was not and why. <see cref="ToString"/> is a table.</summary>
public sealed class PatchReport
{
    private const int IndentOfReason = 24;

    private readonly PatchReportRow[] _rows;

    internal PatchReport(PatchGroups groups, string engine, TimeSpan elapsed, PatchReportRow[] rows, PatchResult result = PatchResult.Patched)
    {
        Result = result;
        Groups = groups;
        Engine = engine;
        Elapsed = elapsed;
        _rows = rows;
    }

    /// <summary>Whether the call that returned this report patched anything.</summary>
    public PatchResult Result { get; }

    /// <summary>The groups that are patched now.</summary>
    public PatchGroups Groups { get; }

    /// <summary>How methods are redirected on this runtime.</summary>
    public string Engine { get; }

    /// <summary>How long it took, everything included.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>One row for each method.</summary>
    public IReadOnlyList<PatchReportRow> Rows => _rows;

    /// <summary>The same rows, for a call that found everything patched.</summary>
    internal PatchReport Again(TimeSpan elapsed) => new(Groups, Engine, elapsed, _rows, PatchResult.NothingToDo);

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

    /// <summary>A table: one line for each method, below it the reason if there is one, then a line with the sums.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        // The methods come last: their parameters make some of them long.
        Line(text, "group", "outcome", "by", "method");
        foreach (PatchReportRow row in _rows)
        {
            Line(text, Lower(row.Group.ToString()), Lower(row.Outcome.ToString()), row.Mechanism, MethodText.Short(row.Target));
            if (row.Reason is not null) text.Append(' ', IndentOfReason).Append(row.Reason).Append('\n');
        }
        text.Append(CultureInfo.InvariantCulture, $"{Count(PatchOutcome.Applied)} applied");
        foreach (PatchOutcome outcome in (ReadOnlySpan<PatchOutcome>)[PatchOutcome.Late, PatchOutcome.Skipped, PatchOutcome.Refused, PatchOutcome.Undone])
        {
            if (Count(outcome) is > 0 and int count) text.Append(CultureInfo.InvariantCulture, $", {count} {Lower(outcome.ToString())}");
        }
        text.Append(CultureInfo.InvariantCulture, $" in {Elapsed.TotalMilliseconds:f1} ms ({Engine})\n");
        return text.ToString();
    }

    private static void Line(StringBuilder text, string group, string outcome, string mechanism, string method) =>
        text.Append(group.PadRight(9)).Append(outcome.PadRight(9)).Append(mechanism.PadRight(6)).Append(method).Append('\n');

    private static string Lower(string text) => text.ToLowerInvariant();
}
