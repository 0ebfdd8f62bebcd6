namespace Patchy.Tool.Scanning;

/// <summary>One call, as it is written in JSON.</summary>
internal sealed record FoundCall(string Assembly, string Verdict, string Target, string Caller, int Offset, string? Group, string? Reason)
{
    public static FoundCall Of(BlockScan scan, ScannedCall call) => new(
        scan.Assembly,
        Lower(call.Verdict.ToString()),
        call.Target,
        call.Caller,
        call.Offset,
        call.Group == PatchGroups.None ? null : Lower(call.Group.ToString()),
        call.Reason);

    private static string Lower(string word) => word.ToLowerInvariant();
}
