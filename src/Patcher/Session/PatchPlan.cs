using System;
using System.Collections.Generic;
using System.Reflection;
using Patchy.Images;
using Patchy.Manifest;

namespace Patchy.Session;

/// <summary>The manifest against this runtime: what is to be patched, in which order. Making a plan changes nothing.</summary>
internal sealed class PatchPlan
{
    private PatchPlan(PatchGroups groups, PatchGroups[] order, GroupRequirements requires, PlannedPatch[] patches, ManifestRow[] refused)
    {
        Groups = groups;
        Order = order;
        Requires = requires;
        Patches = patches;
        Refused = refused;
    }

    /// <summary>The groups that were asked for and those that they require.</summary>
    public PatchGroups Groups { get; }

    /// <summary>The same, one by one: a group comes after those that it requires.</summary>
    public PatchGroups[] Order { get; }

    /// <summary>What each group requires, directly.</summary>
    public GroupRequirements Requires { get; }

    /// <summary>In the order in which they are applied within their groups.</summary>
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
            Insert(patches, new PlannedPatch(row, source, method, original) { Owner = OwnerOf(row.Group) });
        }
        GroupRequirements requires = RequirementsOf(manifest);
        return new PatchPlan(groups, Sort(groups, requires), requires, [.. patches], [.. refused]);
    }

    /// <summary>The patches of a user's manifest, in the order in which they are applied.</summary>
    public static List<PlannedPatch> RowsOf(PatchManifest manifest, string owner)
    {
        var targets = new TargetResolver();
        var replacements = new ReplacementResolver();
        var patches = new List<PlannedPatch>();
        foreach (ManifestRow row in manifest.Rows)
        {
            if (row.Action != ManifestAction.Patch) continue;
            MethodBase source = targets.Resolve(manifest, row);
            (MethodInfo method, FieldInfo original) = replacements.Resolve(manifest, row, source);
            Insert(patches, new PlannedPatch(row, source, method, original) { Owner = owner, Inlined = InliningRecord.Of(source) });
        }
        return patches;
    }

    /// <summary>Patches of a user's own: one group without a name, in the order given.</summary>
    public static PatchPlan OfUser(PlannedPatch[] patches) => new(PatchGroups.None, [PatchGroups.None], new GroupRequirements(), patches, []);

    /// <summary>The owner of Patchy's own patches of a group.</summary>
    public static string OwnerOf(PatchGroups group) => $"patchy.{group.ToString().ToLowerInvariant()}";

    private static GroupRequirements RequirementsOf(PatchManifest manifest)
    {
        var requires = new GroupRequirements();
        foreach (ManifestRow row in manifest.Rows) requires.Add(row.Group, row.Requires);
        return requires;
    }

    /// <summary>The order of the groups' bits, but what is required first. A circle is cut where it is entered.</summary>
    private static PatchGroups[] Sort(PatchGroups groups, GroupRequirements requires)
    {
        var order = new PatchGroups[System.Numerics.BitOperations.PopCount((uint)groups)];
        int count = 0;
        PatchGroups seen = PatchGroups.None;
        Visit(groups);
        return order;

        void Visit(PatchGroups some)
        {
            for (int bit = 1; bit <= (int)PatchGroups.Everything; bit <<= 1)
            {
                var group = (PatchGroups)bit;
                if ((some & groups & group) == 0 || (seen & group) != 0) continue;
                seen |= group;
                Visit(requires.Of(group));
                order[count++] = group;
            }
        }
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
