using System.Text.RegularExpressions;
using FluentAssertions;

namespace Patchy.Docs.Tests;

/// <summary>The tour names every sample, in order, and nothing that is not there; every sample says what is expected of it.</summary>
public sealed partial class SampleTests
{
    private static readonly string[] s_expectations = ["expected.txt", "expected.re", "check.sh"];

    private static readonly string[] s_samples =
        [.. Directory.GetDirectories(Repository.PathOf("samples")).Select(static path => Path.GetFileName(path)!).Where(static name => char.IsAsciiDigit(name[0])).Order(StringComparer.Ordinal)];

    [Fact]
    public void Tour_NamesEachSample_OnceAndInOrder()
    {
        MatchCollection rows = Row().Matches(File.ReadAllText(Repository.PathOf("samples/README.md")));
        rows.Select(static row => row.Groups["name"].Value).Should().Equal(s_samples, "a newcomer reads from the first to the last");
        rows.Should().OnlyContain(static row => row.Groups["name"].Value.StartsWith($"{int.Parse(row.Groups["number"].Value):00}-"), "the number in the first column is that of the folder");
    }

    [Fact]
    public void Samples_SayWhatIsExpected_AndAreInTheSolution()
    {
        string solution = File.ReadAllText(Repository.PathOf("Patchy.sln"));
        foreach (string sample in s_samples)
        {
            s_expectations.Should().Contain(file => File.Exists(Repository.PathOf($"samples/{sample}/{file}")), "samples/run has to check {0}", sample);
            solution.Should().Contain($"{sample}.csproj");
        }
    }

    /// <summary>A row of a table: its number, and the folder that it links to.</summary>
    [GeneratedRegex(@"^\| (?<number>\d+) \| [^|]+ \| \[(?<name>[^\]]+)\]\(\k<name>/", RegexOptions.Multiline)]
    private static partial Regex Row();
}
