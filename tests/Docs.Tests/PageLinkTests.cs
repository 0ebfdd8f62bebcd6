using System.Text.RegularExpressions;
using FluentAssertions;

namespace Patchy.Docs.Tests;

/// <summary>Links between the pages lead somewhere, and each page can be found from the README.</summary>
public sealed partial class PageLinkTests
{
    [Fact]
    public void Links_WithinTheRepository_LeadToFiles() =>
        string.Join(", ", Repository.Pages.SelectMany(static page => Targets(page).Where(static target => !File.Exists(Repository.PathOf(target)) && !Directory.Exists(Repository.PathOf(target)))
            .Select(target => $"{page}: {target}"))).Should().BeEmpty("a link must not lead nowhere");

    [Fact]
    public void Readme_OfEachPage_HasALink() =>
        string.Join(", ", Repository.Pages.Where(static page => page.StartsWith("docs/", StringComparison.Ordinal)).Except(Targets("README.md"))).Should().BeEmpty("the README lists all pages");

    private static IEnumerable<string> Targets(string page)
    {
        string folder = Path.GetDirectoryName(page)!;
        foreach (Match link in Link().Matches(File.ReadAllText(Repository.PathOf(page))))
            yield return Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, folder, link.Groups[1].Value)));
    }

    /// <summary>Relative ones; what is behind a # is left out.</summary>
    [GeneratedRegex(@"\]\((?![a-z]+:|#)([^)#\s]+)")]
    private static partial Regex Link();
}
