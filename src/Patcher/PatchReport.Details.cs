using System;
using System.Collections.Generic;
using System.Reflection;
using System.Threading;
using Patchy.Images;
using Patchy.Manifest;

namespace Patchy;

public sealed partial class PatchReport
{
    private PatchReportRow[]? _inherited;
    private string[]? _inlined;

    /// <summary>
    /// The kernel threads that were there before, with the calls that they were in: they stay native, and so do those calls. The locks that they hold cannot be listed (the
    /// runtime keeps no list), and need not be: a green thread that wants such a lock waits for its native owner, and lets others run meanwhile.
    /// </summary>
    public IReadOnlyList<PatchReportThread> Threads { get; internal init; } = [];

    /// <summary>How often a lock had been contended in this process when the report was made: more than 0 means that other threads were at work before.</summary>
    public long LockContentions { get; private init; } = Monitor.LockContentionCount;

    /// <summary>What is cooperative because it calls a method that is redirected, for the groups that are patched: read from the manifest inside Patchy on first use.</summary>
    public IReadOnlyList<PatchReportRow> Inherited => _inherited ??= ReadInherited();

    /// <summary>
    /// Code that was compiled ahead of time and goes past a patch, because it has the method inlined: one sentence for each method that is redirected and inlined somewhere, by the
    /// compiler's own record, and one for each loaded assembly that was compiled together with others (composite images, larger version bubbles), where nothing of other
    /// assemblies is recorded by name. Read from the files on first use, which takes a while. What the JIT has inlined is recorded nowhere: see the rows that are late.
    /// </summary>
    public IReadOnlyList<string> InlinedCallers => _inlined ??= ReadInlined();

    private string[] ReadInlined()
    {
        var found = new List<string>();
        foreach (PatchReportRow row in _rows)
        {
            if (row.Outcome is PatchOutcome.Applied or PatchOutcome.Late && row.Method is { } method && InliningRecord.Of(method) is { } inlined) found.Add($"{MethodText.Short(row.Target)}: {inlined}");
        }
        foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (InliningRecord.OfOthers(assembly) is { } others) found.Add(others);
        }
        return [.. found];
    }

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
