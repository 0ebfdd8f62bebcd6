using System.Text.RegularExpressions;

namespace Patchy.Docs.Tests.Gevent;

/// <summary>
/// docs/gevent.md: below each heading <c>## gevent.module</c> a table of gevent's names, their counterparts in Patchy, and notes. In the first two
/// columns each name is in backticks; <c>A.{b, c}</c> stands for two, <c>A.*</c> on the left for all members of A.
/// </summary>
internal sealed partial class NamePage
{
    private readonly HashSet<string> _gevent = [];
    private readonly Dictionary<string, int> _patchy = [];

    private NamePage() { }

    /// <summary>Full names of gevent, with wildcards.</summary>
    public IReadOnlySet<string> Gevent => _gevent;

    /// <summary>Names of Patchy, as <c>Type</c> or <c>Type.Member</c>, and the line that has them first.</summary>
    public IReadOnlyDictionary<string, int> Patchy => _patchy;

    public static NamePage Read(string text)
    {
        var page = new NamePage();
        string module = "";
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("## ", StringComparison.Ordinal)) module = lines[i][3..].Trim().Trim('`');
            if (!lines[i].StartsWith('|') || lines[i].StartsWith("| ---", StringComparison.Ordinal)) continue;
            string[] cells = lines[i].Trim().Trim('|').Split('|');
            if (cells.Length != 3) throw new FormatException($"line {i + 1} of the page has {cells.Length} columns instead of 3: {lines[i]}");
            if (cells[0].Trim() == "gevent") continue;
            foreach (string name in NamesIn(cells[0])) page._gevent.Add($"{module}.{name}");
            foreach (string name in NamesIn(cells[1])) page._patchy.TryAdd(name, i + 1);
        }
        return page;
    }

    /// <summary>The row of a full name of gevent, or of a wildcard above it.</summary>
    public bool Covers(string geventName)
    {
        if (_gevent.Contains(geventName)) return true;
        int dot = geventName.LastIndexOf('.');
        return dot > 0 && _gevent.Contains(geventName[..dot] + ".*");
    }

    private static IEnumerable<string> NamesIn(string cell)
    {
        foreach (Match code in Code().Matches(cell))
        {
            string text = Arguments().Replace(code.Groups[1].Value, "");
            Match several = Braces().Match(text);
            if (!several.Success)
            {
                yield return text;
                continue;
            }
            foreach (string name in several.Groups[2].Value.Split(',')) yield return several.Groups[1].Value + name.Trim();
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    /// <summary>Type arguments and empty parentheses.</summary>
    [GeneratedRegex(@"<[A-Z][A-Za-z, ]*>|\(\)")]
    private static partial Regex Arguments();

    [GeneratedRegex(@"^(.*)\{(.*)\}$")]
    private static partial Regex Braces();
}
