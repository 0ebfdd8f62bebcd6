using System.Collections.Generic;
using System.Threading;
using Patchy.Manifest;

namespace Patchy;

public sealed partial class PatchReport
{
    private PatchReportRow[]? _inherited;

    /// <summary>
    /// The kernel threads that were there before, with the calls that they were in: they stay native, and so do those calls. The locks that they hold cannot be listed (the
    /// runtime keeps no list), and need not be: a green thread that wants such a lock waits for its native owner, and lets others run meanwhile.
    /// </summary>
    public IReadOnlyList<PatchReportThread> Threads { get; internal init; } = [];

    /// <summary>How often a lock had been contended in this process when the report was made: more than 0 means that other threads were at work before.</summary>
    public long LockContentions { get; } = Monitor.LockContentionCount;

    /// <summary>What is cooperative because it calls a method that is redirected, for the groups that are patched: read from the manifest inside Patchy on first use.</summary>
    public IReadOnlyList<PatchReportRow> Inherited => _inherited ??= ReadInherited();

    private PatchReportRow[] ReadInherited()
    {
        var rows = new List<PatchReportRow>();
        foreach (ManifestRow row in PatchManifest.LoadWhole().Rows)
        {
            if (row.Action == ManifestAction.Inherits && (row.Group & Groups) != 0) rows.Add(new PatchReportRow(row.Group, row.Target, "-", PatchOutcome.Inherited, row.Reason));
        }
        return [.. rows];
    }
}
