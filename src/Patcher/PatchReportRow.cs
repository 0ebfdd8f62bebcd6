using System;
using System.Reflection;

namespace Patchy;

/// <summary>One line of a <see cref="PatchReport"/>: a method and its state when the report was made. Immutable, but for <see cref="Hits"/>. The counterpart of Harmony's Patches.</summary>
public sealed class PatchReportRow
{
    private readonly Func<long>? _hits;

    internal PatchReportRow(PatchGroups group, string target, string mechanism, PatchOutcome outcome, string? reason, string? owner = null, string? replacement = null, Func<long>? hits = null)
    {
        Group = group;
        Target = target;
        Mechanism = mechanism;
        Outcome = outcome;
        Reason = reason;
        Owner = owner;
        Replacement = replacement;
        _hits = hits;
    }

    /// <summary>The method itself, where there is one.</summary>
    internal MethodBase? Method { get; init; }

    /// <summary>The group of the method; <see cref="PatchGroups.None"/> for a patch that belongs to none.</summary>
    public PatchGroups Group { get; }

    /// <summary>The method, for instance "System.Threading.Thread.Sleep(System.Int32)".</summary>
    public string Target { get; }

    /// <summary>"cell", "slot", "harmony" (PATCHY_DETOUR), or "-" when the method is not patched.</summary>
    public string Mechanism { get; }

    /// <summary>What became of it.</summary>
    public PatchOutcome Outcome { get; }

    /// <summary>Why, for every outcome but <see cref="PatchOutcome.Applied"/> and <see cref="PatchOutcome.Undone"/>.</summary>
    public string? Reason { get; }

    /// <summary>Who patched it: "patchy.socket" and its like, or the owner of a patch of your own. Null when it is not patched. Harmony: Patches.Owners.</summary>
    public string? Owner { get; }

    /// <summary>What is called instead: "Namespace.Type.Method, Assembly". Null when it is not patched.</summary>
    public string? Replacement { get; }

    /// <summary>How often the replacement has been entered until now, from anywhere. Null when it is not counted: see <see cref="PatchOptions.CountHits"/>. May be called from any thread.</summary>
    public long? Hits => _hits?.Invoke();
}
