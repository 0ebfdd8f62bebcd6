using System;
using System.Collections.Generic;
using System.Reflection;
using Patchy.Manifest;

namespace Patchy.Session;

/// <summary>The manifest against this runtime: what is to be patched, in which order. Making a plan changes nothing.</summary>
internal sealed class PatchPlan
{
    private PatchPlan(PatchGroups groups, PlannedPatch[] patches, ManifestRow[] refused)
    {
        Groups = groups;
        Patches = patches;
        Refused = refused;
    }

    /// <summary>The groups that were asked for and those that they require.</summary>
    public PatchGroups Groups { get; }

    /// <summary>In the order in which they are applied.</summary>
    public PlannedPatch[] Patches { get; }

    /// <summary>What blocks in these groups and is not supported.</summary>
    public ManifestRow[] Refused { get; }

    /// <exception cref="PatchException">A row does not fit this runtime.</exception>
    public static PatchPlan Make(PatchManifest manifest, PatchGroups asked, PatchGroups already)
    {
        PatchGroups groups = Close(manifest, asked) & ~already;
        var targets = new TargetResolver();
        var replacements = new ReplacementResolver();
        var patches = new List<PlannedPatch>();
        var refused = new List<ManifestRow>();
        foreach (ManifestRow row in manifest.Rows)
        {
            if ((row.Group & groups) == 0) continue;
            if (row.Action == ManifestAction.Refuse) refused.Add(row);
            if (row.Action != ManifestAction.Patch) continue;
            MethodBase source = targets.Resolve(manifest, row);
            (MethodInfo method, FieldInfo original) = replacements.Resolve(manifest, row, source);
            Insert(patches, new PlannedPatch(row, source, method, original));
        }
        return new PatchPlan(groups, [.. patches], [.. refused]);
    }

    private static PatchGroups Close(PatchManifest manifest, PatchGroups groups)
    {
        for (PatchGroups before = PatchGroups.None; before != groups;)
        {
            before = groups;
            foreach (ManifestRow row in manifest.Rows)
            {
                if ((row.Group & groups) != 0) groups |= row.Requires;
            }
        }
        return groups;
    }

    /// <summary>A stable insertion by order: List.Sort is not stable, and a comparer would have to be compiled first.</summary>
    private static void Insert(List<PlannedPatch> patches, PlannedPatch patch)
    {
        int at = patches.Count;
        while (at > 0 && patches[at - 1].Row.Order > patch.Row.Order) at--;
        patches.Insert(at, patch);
    }
}
