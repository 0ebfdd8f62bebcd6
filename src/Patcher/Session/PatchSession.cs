using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.CompilerServices;
using Patchy.Detours;
using Patchy.Manifest;

namespace Patchy.Session;

// Protocol.
//
// 1. All or nothing: everything of a plan is resolved, compiled and prepared, and every original pointer is stored, before the first
//    cell is written. The runtime itself calls what is patched (Monitor.Enter while a type is initialised), so that a replacement can run
//    at once on any thread.
// 2. A failure at any point, also one of a subscriber, undoes what was done, in reverse order; RollBack(mark) does the same for all that a
//    call has done, nested calls of subscribers included. What is left of a patch that was taken back: the method's NotInline bit is set and its
//    tiering bit is cleared, so that the next attempt is not late; and an original pointer that was null leads to the method's public entry.
// 3. Not thread-safe: Patch holds its lock around every call. Groups may be read by anybody.

/// <summary>What is patched in this process.</summary>
internal sealed partial class PatchSession
{
    private const string LostReason = "another library has patched it since; it was left as it is, and still leads to Patchy when that library undoes its patch";

    private readonly DetourEngines _engines;
    private readonly List<PlannedPatch> _applied = [];
    private readonly List<ManifestRow> _refused = [];
    private readonly GroupRequirements _requires = new();

    /// <summary>What was vetoed or undone, for the report. Replaced, never changed.</summary>
    private PatchReportRow[] _left = [];

    public PatchSession(DetourEngines engines) => _engines = engines;

    /// <summary>Only for scenarios: called at each step, may throw.</summary>
    public Action<PatchStep>? StepReached { get; set; }

    public PatchGroups Groups { get; private set; }

    /// <summary>Groups that a call further up this stack is about to patch.</summary>
    public PatchGroups UnderWay { get; private set; }

    /// <summary>Groups that a call of All further up this stack has announced to the subscribers of WillPatchAll, and has not begun to patch.</summary>
    public PatchGroups Announced { get; set; }

    public bool IsEmpty => _applied.Count == 0 && Groups == PatchGroups.None;

    public PatchMark Mark() => new(_applied.Count, _refused.Count, _left, Groups);

    /// <exception cref="PatchException">Refused; nothing of the plan is patched.</exception>
    public void Apply(PatchPlan plan, PatchRequest request)
    {
        PatchMark mark = Mark();
        PatchGroups underWay = UnderWay;
        PlannedPatch? current = null;
        UnderWay |= plan.Groups;
        try
        {
            foreach (PlannedPatch patch in plan.Patches)
            {
                current = patch;
                Prepare(patch, request.Options.CountHits);
                Step(PatchStep.Prepared);
            }
            foreach (PlannedPatch patch in plan.Patches)
            {
                current = patch;
                if (request.Options.Strict && patch.LateReason is { } late) throw new PatchException($"{patch.Row.Target}: {late}. PatchOptions.Strict does not allow that. Nothing was patched.");
            }
            current = null;
            foreach (PatchGroups group in plan.Order) ApplyGroup(plan, group, request, ref current);
            foreach (ManifestRow row in plan.Refused)
            {
                if ((row.Group & Groups) != 0) _refused.Add(row);
            }
        }
        catch (Exception e)
        {
            bool own = current is not null && e is (DetourRefusedException or PatchException { Report: null });
            PatchReport? failure = own ? FailureReport(plan, current!, e, request) : null;
            string? notUndone = RollBack(mark);
            foreach (PlannedPatch patch in plan.Patches) notUndone += Drop(patch);
            if (failure is null) throw;
            string line = current!.Row.Line > 0 ? $" (line {current.Row.Line} of the manifest)" : "";
            string message = e is PatchException ? e.Message : $"{current.Row.Target}{line}: {e.Message}";
            throw new PatchException(message + notUndone, e is PatchException ? e.InnerException : e, failure);
        }
        finally
        {
            UnderWay = underWay;
        }
    }

    /// <summary>Takes back everything since the mark. Null, or a sentence on what another library has taken meanwhile.</summary>
    public string? RollBack(PatchMark mark)
    {
        string? lost = null;
        for (int i = _applied.Count - 1; i >= mark.Applied; i--) lost += Drop(_applied[i]);
        _applied.RemoveRange(mark.Applied, _applied.Count - mark.Applied);
        _refused.RemoveRange(mark.Refused, _refused.Count - mark.Refused);
        _left = mark.Left;
        Groups = mark.Groups;
        return lost;
    }

    public void Step(PatchStep step) => StepReached?.Invoke(step);

    private void ApplyGroup(PatchPlan plan, PatchGroups group, PatchRequest request, ref PlannedPatch? current)
    {
        string owner = request.Owner ?? PatchPlan.OwnerOf(group);
        var mine = new List<PlannedPatch>();
        foreach (PlannedPatch patch in plan.Patches)
        {
            if (patch.Row.Group == group || group == PatchGroups.None) mine.Add(patch);
        }
        string? veto = Missing(plan, group);
        List<MethodBase>? items = PatchEvents.HasGroupSubscribers ? mine.ConvertAll(static patch => patch.Source) : null;
        if (veto is null && items is not null) veto = Ask(request, group, owner, items);
        Step(PatchStep.WillGroup);
        var applied = new List<PlannedPatch>(mine.Count);
        foreach (PlannedPatch patch in mine)
        {
            current = patch;
            string? reason = veto ?? (items is null || items.Contains(patch.Source) ? null : "a subscriber took it out");
            if (reason is not null)
            {
                Leave(patch, PatchOutcome.Vetoed, reason);
                continue;
            }
            // A subscriber may have asked for the original since Prepare: it got the entry that leads to the replacement from here on.
            OriginalPointers.Moved(patch.Source, patch.Detour!.Original);
            patch.Detour.Apply();
            _applied.Add(patch);
            applied.Add(patch);
            if (patch.LateReason is not null) request.Late.Add(patch.Row.Target);
            _left = Array.FindAll(_left, row => row.Target != patch.Row.Target);
            Step(PatchStep.Applied);
        }
        current = null;
        if (veto is not null) return;
        Groups |= group;
        _requires.Add(group, plan.Requires.Of(group));
        if (items is not null) PatchEvents.Raise(new DidPatchGroupEvent(request.Options, group, owner, applied.ConvertAll(static patch => patch.Source)));
        Step(PatchStep.DidGroup);
    }

    /// <summary>Why a group cannot be patched although nobody has anything against it.</summary>
    private string? Missing(PatchPlan plan, PatchGroups group)
    {
        PatchGroups missing = plan.Requires.Of(group) & ~Groups & ~group;
        foreach (PatchGroups later in plan.Order)
        {
            if (later == group) break;
            if ((missing & later) != 0) return $"it requires the group {later.ToString().ToLowerInvariant()}, which was vetoed";
        }
        return null;
    }

    private static string? Ask(PatchRequest request, PatchGroups group, string owner, List<MethodBase> items)
    {
        int before = items.Count;
        MethodBase[] offered = [.. items];
        try
        {
            PatchEvents.Raise(new WillPatchGroupEvent(request.Options, group, owner, items));
        }
        catch (DoNotPatchException e)
        {
            return e.Message;
        }
        MethodBase? added = items.Find(item => Array.IndexOf(offered, item) < 0);
        if (added is null && items.Count <= before) return null;
        throw new PatchException($"A subscriber of PatchEvents.WillPatchGroup added {added} to the group {group}. Methods can only be removed there; patch others with Patch.Methods. Nothing was patched.");
    }

    private void Prepare(PlannedPatch patch, bool countHits)
    {
        patch.Detour = EngineOf(patch).Prepare(patch.Owner, patch.Source, patch.Replacement, countHits);
        if (patch.OriginalField is { } field)
        {
            // The initialiser of the replacement's type gives the field its unpatched value: it must have run before ours is stored.
            RuntimeHelpers.RunClassConstructor(field.DeclaringType!.TypeHandle);
        }
        patch.SetOriginal(patch.Detour.Original);
    }

    /// <summary>Undoes and forgets, whether it was applied or only prepared. Null, or a sentence.</summary>
    private string? Drop(PlannedPatch patch)
    {
        if (patch.Detour is null || UndoOne(patch)) return null;
        return $" {patch.Row.Target} could not be undone, because another library has patched it meanwhile.";
    }

    private bool UndoOne(PlannedPatch patch)
    {
        IDetour detour = patch.Detour!;
        bool undone = detour.Undo();

        // A replacement that is still reached (by another library's detour) must find the intact body, never itself.
        patch.SetOriginal(undone ? detour.PublicEntry : detour.Original);
        EngineOf(patch).Unpatch(patch.Source, detour.Owner);
        patch.Detour = null;
        return undone;
    }

    private void Leave(PlannedPatch patch, PatchOutcome outcome, string reason)
    {
        _ = Drop(patch);
        _left = [.. Array.FindAll(_left, row => row.Target != patch.Row.Target), patch.Report(outcome, reason)];
    }

    private IDetourEngine EngineOf(PlannedPatch patch) => patch.Row.Mechanism == ManifestMechanism.Slot ? _engines.Slots : _engines.Cells;
}
