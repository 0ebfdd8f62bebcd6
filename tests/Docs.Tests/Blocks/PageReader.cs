namespace Patchy.Docs.Tests.Blocks;

/// <summary>Finds the code blocks of a Markdown page.</summary>
internal static class PageReader
{
    private const string Fence = "```";

    /// <exception cref="FormatException">A fence is never closed, or a block names C# in a way that the tests would pass over.</exception>
    public static IReadOnlyList<CodeBlock> Read(string page, string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        var blocks = new List<CodeBlock>();
        for (int at = 0; at < lines.Length; at++)
        {
            if (!lines[at].TrimStart().StartsWith(Fence, StringComparison.Ordinal)) continue;
            string info = lines[at].TrimStart()[Fence.Length..].Trim();
            int first = at + 1;
            int end = EndOf(lines, first);
            if (end < 0) throw new FormatException($"{page}:{first}: the fence is never closed.");
            string[] content = lines[first..end];
            at = end;
            if (info is "csharp" or "csharp no-run")
                blocks.Add(new CodeBlock(page, first + 1, string.Join('\n', content), info == "csharp", null));
            else if (info == "text" && blocks.Count > 0 && IsRightAfter(lines, blocks[^1], first))
                blocks[^1] = blocks[^1] with { Expected = content };
            else if (info.StartsWith("cs", StringComparison.OrdinalIgnoreCase) || info.StartsWith("c#", StringComparison.OrdinalIgnoreCase))
                throw new FormatException($"{page}:{first}: the block is called '{info}'. Say 'csharp', or 'csharp no-run' for one that is compiled only.");
        }
        return blocks;
    }

    private static int EndOf(string[] lines, int from) => Array.FindIndex(lines, from, static line => line.Trim() == Fence);

    /// <summary>Only blank lines lie between the two.</summary>
    private static bool IsRightAfter(string[] lines, CodeBlock block, int textLine)
    {
        int closing = EndOf(lines, block.Line - 1);
        return lines[(closing + 1)..(textLine - 1)].All(string.IsNullOrWhiteSpace);
    }
}
