using System.Runtime.CompilerServices;

namespace Patchy.Docs.Tests;

/// <summary>Where the documents are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>README.md, CONTRIBUTING.md, the tour of the samples and every page of docs/, relative to the root.</summary>
    public static IReadOnlyList<string> Pages { get; } =
        [.. new[] { "README.md", "CONTRIBUTING.md", "samples/README.md", "samples/43-EventLoop/README.md" }.Concat(Directory.GetFiles(PathOf("docs"), "*.md").Select(static path => "docs/" + Path.GetFileName(path)).Order(StringComparer.Ordinal))];

    private static string Find([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
