namespace Patchy;

/// <summary>One line of a <see cref="PatchReport"/>.</summary>
public sealed class PatchReportRow
{
    internal PatchReportRow(PatchGroups group, string target, string mechanism, PatchOutcome outcome, string? reason)
    {
        Group = group;
        Target = target;
        Mechanism = mechanism;
        Outcome = outcome;
        Reason = reason;
    }

    /// <summary>The group of the method.</summary>
    public PatchGroups Group { get; }

    /// <summary>The method, for instance "System.Threading.Thread.Sleep(System.Int32)".</summary>
    public string Target { get; }

    /// <summary>"cell", "slot", or "-" when the method is not patched.</summary>
    public string Mechanism { get; }

    /// <summary>What became of it.</summary>
    public PatchOutcome Outcome { get; }

    /// <summary>Why, for every outcome but <see cref="PatchOutcome.Applied"/>.</summary>
    public string? Reason { get; }
}
