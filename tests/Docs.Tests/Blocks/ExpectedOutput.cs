using System.Text;
using System.Text.RegularExpressions;

namespace Patchy.Docs.Tests.Blocks;

/// <summary>Compares what a block printed with the ```text block after it; "..." there stands for any text within a line.</summary>
internal static class ExpectedOutput
{
    /// <summary>Null when it fits, or else what does not.</summary>
    public static string? Difference(IReadOnlyList<string> expected, string output)
    {
        string[] printed = output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        string[] wanted = [.. expected];
        for (int i = 0; i < Math.Max(printed.Length, wanted.Length); i++)
        {
            string? line = i < printed.Length ? printed[i] : null, pattern = i < wanted.Length ? wanted[i] : null;
            if (line is null || pattern is null || !Fits(pattern, line))
                return $"line {i + 1}: the page says '{pattern ?? "nothing"}', the program '{line ?? "nothing"}'";
        }
        return null;
    }

    private static bool Fits(string pattern, string line)
    {
        var expression = new StringBuilder("^");
        expression.AppendJoin(".*", pattern.TrimEnd().Split("...").Select(Regex.Escape));
        return Regex.IsMatch(line.TrimEnd(), expression.Append('$').ToString());
    }
}
