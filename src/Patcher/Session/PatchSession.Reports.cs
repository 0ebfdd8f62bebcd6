using System;
using System.Collections.Generic;
using System.Reflection;
using Patchy.Detours;
using Patchy.Manifest;

namespace Patchy.Session;

/// <summary>What a session says of itself, and how it takes back what is wanted no more.</summary>
internal sealed partial class PatchSession
{
    /// <summary>All that is patched now, and what was not.</summary>
    public PatchReport Report(PatchRequest request)
    {
        var rows = new List<PatchReportRow>(_applied.Count + _refused.Count + _left.Length);
        foreach (PlannedPatch patch in _applied) rows.Add(RowOf(patch));
        foreach (ManifestRow row in _refused) rows.Add(new PatchReportRow(row.Group, row.Target, "-", PatchOutcome.Refused, row.Reason));
        rows.AddRange(_left);
        return new PatchReport(Groups, _engines.Description, request.Elapsed, [.. rows]) { Threads = request.Threads, Warnings = [.. request.Warnings] };
    }

    /// <summary>The patch of that method, or null.</summary>
    public PlannedPatch? Find(MethodBase method)
    {
        if (HandleOf(method) is not { } handle) return null;
        foreach (PlannedPatch patch in _applied)
        {
            if (patch.Source.MethodHandle == handle) return patch;
        }
        return null;
    }

    /// <summary>Null for what the runtime knows no handle of, so that no patch can be on it: dynamic methods, types that are being built, metadata that is only read.</summary>
    private static RuntimeMethodHandle? HandleOf(MethodBase method)
    {
        try
        {
            return method.MethodHandle;
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException)
        {
            return null;
        }
    }

    public static PatchReportRow RowOf(PlannedPatch patch) => patch.Report(patch.LateReason is null ? PatchOutcome.Applied : PatchOutcome.Late, patch.LateReason);

    /// <summary>The row of a method that was looked at but is not patched, or null.</summary>
    public PatchReportRow? FindLeft(string target)
    {
        foreach (ManifestRow row in _refused)
        {
            if (row.Target == target) return new PatchReportRow(row.Group, target, "-", PatchOutcome.Refused, row.Reason);
        }
        return Array.Find(_left, row => row.Target == target);
    }

    public bool HasAny(Predicate<PlannedPatch> which) => _applied.Exists(which);

    /// <summary>Makes some patches native again, in reverse order. The report has one row for each.</summary>
    public PatchReport Undo(Predicate<PlannedPatch> which, PatchGroups groups, PatchRequest request)
    {
        var rows = new List<PatchReportRow>();
        for (int i = _applied.Count - 1; i >= 0; i--)
        {
            PlannedPatch patch = _applied[i];
            if (!which(patch)) continue;
            bool undone = UndoOne(patch);
            PatchReportRow row = patch.Report(undone ? PatchOutcome.Undone : PatchOutcome.Foreign, undone ? null : LostReason);
            rows.Add(row);
            _applied.RemoveAt(i);
            _left = [.. Array.FindAll(_left, other => other.Target != row.Target), row];
        }
        _refused.RemoveAll(row => (row.Group & groups) != 0);
        Groups &= ~groups;
        if (IsEmpty)
        {
            _refused.Clear();
            _left = [];
        }
        return new PatchReport(Groups, _engines.Description, request.Elapsed, [.. rows], rows.Count > 0 ? PatchResult.Patched : PatchResult.NothingToDo);
    }

    /// <summary>The groups that stay patched although they require one of these.</summary>
    public PatchGroups DependentsOf(PatchGroups groups)
    {
        PatchGroups found = PatchGroups.None;
        for (int bit = 1; bit <= (int)PatchGroups.Everything; bit <<= 1)
        {
            var group = (PatchGroups)bit;
            if ((Groups & ~groups & group) != 0 && (_requires.Of(group) & groups) != 0) found |= group;
        }
        return found;
    }

    private PatchReport FailureReport(PatchPlan plan, PlannedPatch failed, Exception e, PatchRequest request)
    {
        PatchOutcome outcome = e is DetourRefusedException { Refusal: DetourRefusal.Foreign } ? PatchOutcome.Foreign : PatchOutcome.Refused;
        PatchReportRow[] rows = Array.ConvertAll(plan.Patches, patch => patch == failed ? patch.Report(outcome, e.Message)
            : patch.Report(PatchOutcome.Skipped, "nothing is patched because another row was refused"));
        return new PatchReport(Groups & ~plan.Groups, _engines.Description, request.Elapsed, rows);
    }
}
