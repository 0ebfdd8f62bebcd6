namespace Patchy.Conformance.Tests;

/// <summary>The lines of an outcome that say whether a wait took as long as it should ("x was in time").</summary>
internal static class Timing
{
    private static readonly string[] s_verdicts = [" was early", " was in time", " was late"];

    public static IReadOnlyList<string> Without(BodyReport report) => [.. (report.Outcome ?? []).Where(line => !s_verdicts.Any(v => line.EndsWith(v, StringComparison.Ordinal)))];

    /// <summary>
    /// Whether the machine's doing may be all that differs: only verdicts on time do, or one of the two was early where the other was not. The end came before the call had begun then, which observes something
    /// else (a socket that is closed already).
    /// </summary>
    public static bool MayExplain(BodyReport one, BodyReport other) =>
        !(one.Outcome ?? []).SequenceEqual(other.Outcome ?? []) && (Without(one).SequenceEqual(Without(other)) || !Early(one).SequenceEqual(Early(other)));

    private static IEnumerable<string> Early(BodyReport report) => (report.Outcome ?? []).Where(static line => line.EndsWith(s_verdicts[0], StringComparison.Ordinal));
}
