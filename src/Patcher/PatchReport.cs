using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Patchy;

/// <summary>What was patched, what was not and why. <see cref="ToString"/> is a table. Immutable, but for the hits of its rows; may be used from any thread.</summary>
public sealed partial class PatchReport
{
    private const int WidthOfBy = 6;
    private const int WidthOfLongBy = 9;
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

    /// <summary>Whether the call that returned this report patched anything. The counterpart of what gevent's patch_all returns.</summary>
    public PatchResult Result { get; }

    /// <summary>The groups that are patched now.</summary>
    public PatchGroups Groups { get; }

    /// <summary>How methods are redirected on this runtime.</summary>
    public string Engine { get; }

    /// <summary>How long it took, everything included.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>One row for each method that blocks or is redirected. Those that are cooperative through them are in <see cref="Inherited"/>.</summary>
    public IReadOnlyList<PatchReportRow> Rows => _rows;

    /// <summary>What the call warned of, each given to <see cref="Patch.WarningSink"/> once. The counterpart of gevent's MonkeyPatchWarning.</summary>
    public IReadOnlyList<string> Warnings { get; internal init; } = [];

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

    /// <summary>A table: one line for each method, below it the reason if there is one, then a line with the sums, and the warnings.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        bool counted = Array.Exists(_rows, static row => row.Hits is not null);
        int by = Array.Exists(_rows, static row => row.Mechanism.Length >= WidthOfBy) ? WidthOfLongBy : WidthOfBy;
        // The methods come last: their parameters make some of them long.
        Line(text, by, "group", "outcome", "by", counted ? "hits" : null, "method");
        foreach (PatchReportRow row in _rows)
        {
            string? hits = counted ? row.Hits?.ToString(CultureInfo.InvariantCulture) ?? "-" : null;
            string group = row.Group == PatchGroups.None ? row.Owner ?? "-" : Lower(row.Group.ToString());
            Line(text, by, group, Lower(row.Outcome.ToString()), row.Mechanism, hits, MethodText.Short(row.Target));
            if (row.Reason is not null) text.Append(' ', IndentOfReason).Append(row.Reason).Append('\n');
        }
        text.Append(CultureInfo.InvariantCulture, $"{Count(PatchOutcome.Applied)} applied");
        foreach (PatchOutcome outcome in Enum.GetValues<PatchOutcome>())
        {
            if (outcome != PatchOutcome.Applied && Count(outcome) is > 0 and int count) text.Append(CultureInfo.InvariantCulture, $", {count} {Lower(outcome.ToString())}");
        }
        text.Append(CultureInfo.InvariantCulture, $" in {Elapsed.TotalMilliseconds:f1} ms ({Engine})\n");
        foreach (string warning in Warnings) text.Append("warning: ").Append(warning).Append('\n');
        return text.ToString();
    }

    /// <summary>The same rows, for a call that changed nothing.</summary>
    internal PatchReport Again(PatchResult result, TimeSpan elapsed, IReadOnlyList<string> warnings) =>
        new(Groups, Engine, elapsed, _rows, result) { Warnings = warnings, Threads = Threads };

    /// <summary>What is left after an undo, with what the call that patched had to say.</summary>
    internal PatchReport After(PatchReport undo) =>
        new(undo.Groups, Engine, Elapsed, undo._rows, Result) { Warnings = Warnings, Threads = Threads, LockContentions = LockContentions };

    private static void Line(StringBuilder text, int by, string group, string outcome, string mechanism, string? hits, string method)
    {
        text.Append(group.PadRight(8)).Append(' ').Append(outcome.PadRight(9)).Append(mechanism.PadRight(by));
        if (hits is not null) text.Append(hits.PadLeft(8)).Append("  ");
        text.Append(method).Append('\n');
    }

    private static string Lower(string text) => text.ToLowerInvariant();
}
