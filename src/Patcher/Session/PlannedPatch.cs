using System;
using System.Reflection;
using Patchy.Detours;
using Patchy.Detours.Harmony;
using Patchy.Manifest;

namespace Patchy.Session;

/// <summary>One row of the manifest, found on this runtime.</summary>
internal sealed class PlannedPatch
{
    public PlannedPatch(ManifestRow row, MethodBase source, MethodInfo replacement, FieldInfo? originalField)
    {
        Row = row;
        Source = source;
        Replacement = replacement;
        OriginalField = originalField;
    }

    public ManifestRow Row { get; }
    public MethodBase Source { get; }
    public MethodInfo Replacement { get; }

    /// <summary>The replacement's way to the original: a function pointer or a delegate. Null when a user's replacement asks Patch.GetOriginal instead.</summary>
    public FieldInfo? OriginalField { get; }

    /// <summary>Who asked for it.</summary>
    public string Owner { get; init; } = "";

    /// <summary>What the look at the callers' images found, for patches that no test has asked about; else null.</summary>
    public string? Inlined { get; init; }

    /// <summary>Set once prepared.</summary>
    public IDetour? Detour { get; set; }

    public string Mechanism => Row.Mechanism == ManifestMechanism.Slot ? "slot" : Detour is HarmonyDetour ? "harmony" : "cell";

    /// <summary>Null when nothing can have been missed.</summary>
    public string? LateReason => Detour?.LateReason is not { } late ? Inlined : Inlined is null ? late : $"{late}; {Inlined}";

    public void SetOriginal(nint pointer)
    {
        OriginalPointers.Moved(Source, pointer);
        if (OriginalField is null) return;
        if (OriginalField.FieldType.IsFunctionPointer) OriginalField.SetValue(null, pointer);
        else OriginalField.SetValue(null, OriginalPointers.Bind(OriginalField.FieldType, Source, pointer));
    }

    /// <summary>The row of a report.</summary>
    public PatchReportRow Report(PatchOutcome outcome, string? reason)
    {
        bool active = outcome is PatchOutcome.Applied or PatchOutcome.Late;
        Func<long>? hits = active && Detour?.Hits is { } counter ? () => counter.Count : null;
        return new PatchReportRow(Row.Group, Row.Target, Mechanism, outcome, reason, active ? Owner : null, active ? Row.Replacement : null, hits) { Method = Source };
    }
}
