using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Patchy.Detours;
using Patchy.Manifest;

namespace Patchy.Session;

// Protocol.
//
// 1. All or nothing: everything of a plan is resolved, compiled and prepared, and every original pointer is stored, before the first
//    cell is written. The runtime itself calls what is patched (Monitor.Enter while a type is initialised), so that a replacement can run
//    at once on any thread.
// 2. A failure at any point undoes what was done, in reverse order, and is thrown as one PatchException with a report.
// 3. Not thread-safe: Patch holds its lock around every call.

/// <summary>What is patched in this process.</summary>
internal sealed class PatchSession
{
    private readonly DetourEngines _engines;
    private readonly List<PlannedPatch> _applied = [];
    private readonly List<ManifestRow> _refused = [];

    public PatchSession(DetourEngines engines) => _engines = engines;

    public PatchGroups Groups { get; private set; }

    /// <exception cref="PatchException">Refused; nothing of the plan is patched.</exception>
    public PatchReport Apply(PatchPlan plan, bool strict, long started)
    {
        PlannedPatch? current = null;
        try
        {
            foreach (PlannedPatch patch in plan.Patches)
            {
                current = patch;
                Prepare(patch);
            }
            foreach (PlannedPatch patch in plan.Patches)
            {
                current = patch;
                if (strict && patch.Detour!.LateReason is { } late) throw new PatchException($"{patch.Row.Target}: {late}. PatchOptions.Strict does not allow that. Nothing was patched.");
            }
            foreach (PlannedPatch patch in plan.Patches)
            {
                current = patch;
                patch.Detour!.Apply();
            }
        }
        catch (Exception e)
        {
            string? notUndone = Undo(plan.Patches);
            if (e is not (DetourRefusedException or PatchException)) throw;
            string message = e is PatchException ? e.Message : $"{current!.Row.Target} (line {current.Row.Line} of the manifest): {e.Message}";
            throw new PatchException(message + notUndone, e is PatchException ? e.InnerException : e, FailureReport(plan, current!, e.Message, started));
        }
        _applied.AddRange(plan.Patches);
        _refused.AddRange(plan.Refused);
        Groups |= plan.Groups;
        return Report(started);
    }

    /// <summary>Makes everything native again, in reverse order.</summary>
    public PatchReport UndoAll(long started)
    {
        var rows = new PatchReportRow[_applied.Count];
        for (int i = _applied.Count - 1; i >= 0; i--)
        {
            PlannedPatch patch = _applied[i];
            bool undone = UndoOne(patch);
            rows[_applied.Count - 1 - i] = Row(patch, undone ? PatchOutcome.Undone : PatchOutcome.Refused,
                undone ? null : "another library has patched it since; it was left as it is, and still leads to Patchy when that library undoes its patch");
        }
        _applied.Clear();
        _refused.Clear();
        Groups = PatchGroups.None;
        return new PatchReport(PatchGroups.None, _engines.Description, Stopwatch.GetElapsedTime(started), rows);
    }

    public PatchReport Report(long started)
    {
        var rows = new PatchReportRow[_applied.Count + _refused.Count];
        for (int i = 0; i < _applied.Count; i++)
        {
            string? late = _applied[i].Detour!.LateReason;
            rows[i] = Row(_applied[i], late is null ? PatchOutcome.Applied : PatchOutcome.Late, late);
        }
        for (int i = 0; i < _refused.Count; i++)
            rows[_applied.Count + i] = new PatchReportRow(_refused[i].Group, _refused[i].Target, "-", PatchOutcome.Refused, _refused[i].Reason);
        return new PatchReport(Groups, _engines.Description, Stopwatch.GetElapsedTime(started), rows);
    }

    private void Prepare(PlannedPatch patch)
    {
        IDetourEngine engine = patch.Row.Mechanism == ManifestMechanism.Slot ? _engines.Slots : _engines.Cells;
        patch.Detour = engine.Prepare(Owner(patch.Row.Group), patch.Source, patch.Replacement);

        // The initialiser of the replacement's type gives the field its unpatched value: it must have run before ours is stored.
        RuntimeHelpers.RunClassConstructor(patch.OriginalField.DeclaringType!.TypeHandle);
        patch.SetOriginal(patch.Detour.Original);
    }

    private string? Undo(PlannedPatch[] patches)
    {
        string? left = null;
        for (int i = patches.Length - 1; i >= 0; i--)
        {
            if (patches[i].Detour is not null && !UndoOne(patches[i])) left += $" {patches[i].Row.Target} could not be undone, because another library has patched it meanwhile.";
        }
        return left;
    }

    private bool UndoOne(PlannedPatch patch)
    {
        IDetour detour = patch.Detour!;
        bool undone = detour.Undo();
        IDetourEngine engine = patch.Row.Mechanism == ManifestMechanism.Slot ? _engines.Slots : _engines.Cells;

        // A replacement that is still reached (by another library's detour) must find the intact body, never itself.
        patch.SetOriginal(undone ? detour.PublicEntry : detour.Original);
        engine.Unpatch(patch.Source, detour.Owner);
        patch.Detour = null;
        return undone;
    }

    private PatchReport FailureReport(PatchPlan plan, PlannedPatch failed, string reason, long started)
    {
        var rows = new PatchReportRow[plan.Patches.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            bool isFailed = plan.Patches[i] == failed;
            rows[i] = Row(plan.Patches[i], isFailed ? PatchOutcome.Refused : PatchOutcome.Skipped, isFailed ? reason : "nothing is patched because another row was refused");
        }
        return new PatchReport(Groups, _engines.Description, Stopwatch.GetElapsedTime(started), rows);
    }

    private static PatchReportRow Row(PlannedPatch patch, PatchOutcome outcome, string? reason) => new(patch.Row.Group, patch.Row.Target, patch.Mechanism, outcome, reason);

    private static string Owner(PatchGroups group) => $"patchy.{group.ToString().ToLowerInvariant()}";
}
