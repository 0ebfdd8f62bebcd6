using System.Text.RegularExpressions;
using Patchy.Manifest;

namespace Patchy.Tests.Manifest;

/// <summary>The members that a row's reason names: "through Monitor.Wait(System.Object), and then ..." names Monitor.Wait.</summary>
internal static partial class InheritedReason
{
    public static bool IsOverride(string reason) => reason.StartsWith(ManifestRow.OverrideDecides, StringComparison.Ordinal);

    public static List<(string Type, string Member)> Sources(ManifestRow row)
    {
        string own = row.Type[(row.Type.LastIndexOf('.') + 1)..];
        var sources = new List<(string, string)>();
        foreach (Match match in Names().Matches(Parameters().Replace(row.Reason!, "")))
            sources.Add(match.Groups["type"].Success ? (match.Groups["type"].Value, match.Groups["member"].Value) : (own, match.Groups["alone"].Value));
        return sources;
    }

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Parameters();

    /// <summary>Type.Member, Type..ctor, or after "through" a member of the same type.</summary>
    [GeneratedRegex(@"(?<type>[A-Z]\w*(`\d)?(\+\w+)?)\.(?<member>\.?[A-Za-z_]\w*)|(?<=through )(?<alone>[A-Z]\w+)(?![\w.`])")]
    private static partial Regex Names();
}
