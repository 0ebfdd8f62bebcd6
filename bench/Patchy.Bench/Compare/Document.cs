using Patchy.Bench.Running;

namespace Patchy.Bench.Compare;

/// <summary>
/// bench/README.md, of which each section is between two marks. Everything else in it, and every section that was not measured, stays as it is; files change
/// at the end only, each in one step, so that an interrupted run leaves the old ones.
/// </summary>
internal sealed class Document
{
    private static readonly string s_path = Path.Combine(Repository.Bench, "README.md");
    private readonly List<KeyValuePair<string, string>> _files = [];
    private string _text = File.ReadAllText(s_path);

    /// <summary>Fails early: nobody wants to hear of it when everything has been measured.</summary>
    public void RequirePlaceFor(Section section) => _ = PlaceOf(section.Name);

    public void Put(Section section, string text, string? chart)
    {
        (int start, int end) = PlaceOf(section.Name);
        _text = $"{_text[..start]}\n{text.TrimEnd()}\n{_text[end..]}";
        if (chart is not null) _files.Add(new(Path.Combine(Repository.Bench, section.Name + ".svg"), chart));
    }

    public void Save()
    {
        foreach ((string path, string content) in (IEnumerable<KeyValuePair<string, string>>)[.. _files, new(s_path, _text)])
        {
            string aside = $"{path}.{Environment.ProcessId}";
            File.WriteAllText(aside, content);
            File.Move(aside, path, overwrite: true);
        }
    }

    private (int Start, int End) PlaceOf(string name)
    {
        string first = $"<!-- compare:{name} -->", last = $"<!-- /compare:{name} -->";
        int start = _text.IndexOf(first, StringComparison.Ordinal), end = _text.IndexOf(last, StringComparison.Ordinal);
        if (start < 0 || end < start) throw new UsageException($"bench/README.md has no place for '{name}': it needs the lines {first} and {last}.");
        return (start + first.Length, end);
    }
}
