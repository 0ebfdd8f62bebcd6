using System;
using System.Reflection;
using Patchy.Session;

namespace Patchy;

public static partial class Patch
{
    /// <summary>
    /// Makes everything native again. Greenlets that wait go on waiting cooperatively; later calls block. May be called from any thread.
    /// The counterpart of Harmony's UnpatchAll without an owner.
    /// </summary>
    /// <returns>One row for each method: undone, or foreign when another library has patched it since.</returns>
    /// <exception cref="InvalidOperationException">Called by a subscriber of <see cref="PatchEvents"/>.</exception>
    public static PatchReport UndoAll() => Undo(static _ => true, PatchGroups.Everything, check: false);

    /// <summary>Makes these groups native again. May be called from any thread. gevent has no counterpart.</summary>
    /// <returns>One row for each method that was patched.</returns>
    /// <exception cref="PatchException">A group that stays patched requires one of these. Nothing was undone.</exception>
    /// <exception cref="InvalidOperationException">Called by a subscriber of <see cref="PatchEvents"/>.</exception>
    public static PatchReport Unpatch(PatchGroups groups) => Undo(patch => (patch.Row.Group & groups) != 0 && IsOurs(patch), groups, check: true);

    /// <summary>
    /// Makes one method native again, of ours or of a user's own. The rest of its group stays patched, though methods that work hand in hand (Monitor.Wait and Pulse) are
    /// better undone together. May be called from any thread. The counterpart of Harmony's Unpatch and of gevent's remove_item.
    /// </summary>
    /// <returns>One row, or none when the method was not patched.</returns>
    /// <exception cref="PatchException">A group that is patched requires the group of this method. Nothing was undone.</exception>
    /// <exception cref="InvalidOperationException">Called by a subscriber of <see cref="PatchEvents"/>.</exception>
    public static PatchReport Unpatch(MethodBase method)
    {
        ArgumentNullException.ThrowIfNull(method);
        lock (s_gate)
        {
            PlannedPatch? found = s_session?.Find(method);
            if (found is not null && IsOurs(found)) CheckDependents(found.Row.Group);
            return Undo(patch => patch == found, PatchGroups.None, check: false);
        }
    }

    /// <summary>Makes native again what this owner has patched. May be called from any thread. The counterpart of Harmony's UnpatchAll(id); everybody's: <see cref="UndoAll"/>.</summary>
    /// <returns>One row for each method.</returns>
    /// <exception cref="PatchException">The owner is one of Patchy's groups, and another group requires it. Nothing was undone.</exception>
    /// <exception cref="InvalidOperationException">Called by a subscriber of <see cref="PatchEvents"/>.</exception>
    public static PatchReport UnpatchAll(string owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        for (int bit = 1; bit <= (int)PatchGroups.Everything; bit <<= 1)
        {
            if (PatchPlan.OwnerOf((PatchGroups)bit) == owner) return Unpatch((PatchGroups)bit);
        }
        return Undo(patch => patch.Owner == owner, PatchGroups.None, check: false);
    }

    private static bool IsOurs(PlannedPatch patch) => patch.Owner == PatchPlan.OwnerOf(patch.Row.Group);

    private static PatchReport Undo(Predicate<PlannedPatch> which, PatchGroups groups, bool check)
    {
        var request = new PatchRequest(new PatchOptions());
        lock (s_gate)
        {
            if (s_depth > 0) throw new InvalidOperationException("A subscriber of PatchEvents cannot undo while a call patches: throw DoNotPatchException to prevent, or undo after the call.");
            if (s_session is not { } session) return new PatchReport(PatchGroups.None, "nothing was patched", default, [], PatchResult.NothingToDo);
            if (check) CheckDependents(groups);
            PatchReport undone = session.Undo(which, groups, request);
            s_asked = session.IsEmpty ? null : s_asked & ~groups;
            s_report = session.IsEmpty ? null : s_report?.After(session.Report(request));
            if (session.Groups == PatchGroups.None) Hub.DismissThreads();
            return undone;
        }
    }

    private static void CheckDependents(PatchGroups groups)
    {
        if (s_session!.DependentsOf(groups) is var dependents && dependents == PatchGroups.None) return;
        throw new PatchException($"{Names(dependents)} cannot do without {Names(groups)}: name both, or call Patch.UndoAll(). Nothing was undone.");

        static string Names(PatchGroups some) => some.ToString().ToLowerInvariant();
    }
}
