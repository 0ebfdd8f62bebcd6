using Patchy.Manifest;

namespace Patchy.Tool.Listing;

/// <summary>One row of the list, as it is written in JSON.</summary>
internal sealed record ListedMember(string Assembly, string Type, string Member, string Action, string Group, string? Mechanism, string? Replacement, string? Reason)
{
    public static ListedMember Of(ManifestRow row) => new(
        row.Assembly,
        row.Type,
        row.Member,
        Lower(row.Action.ToString()),
        Lower(row.Group.ToString()),
        row.Mechanism == ManifestMechanism.None ? null : Lower(row.Mechanism.ToString()),
        row.Replacement,
        row.Reason);

    private static string Lower(string word) => word.ToLowerInvariant();
}
