namespace Patchy.Conformance.Tests;

/// <summary>The lines of an outcome that say whether a wait took as long as it should ("x was in time").</summary>
internal static class Timing
{
    private static readonly string[] s_verdicts = [" was early", " was in time", " was late"];

    public static IReadOnlyList<string> Without(BodyReport report) => [.. (report.Outcome ?? []).Where(line => !s_verdicts.Any(v => line.EndsWith(v, StringComparison.Ordinal)))];

    public static bool IsAllThatDiffers(BodyReport one, BodyReport other) =>
        !(one.Outcome ?? []).SequenceEqual(other.Outcome ?? []) && Without(one).SequenceEqual(Without(other));
}
