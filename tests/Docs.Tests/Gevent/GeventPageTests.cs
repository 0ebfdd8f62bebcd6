using FluentAssertions;

namespace Patchy.Docs.Tests.Gevent;

/// <summary>docs/gevent.md against gevent's names and against Patchy's: it can go stale on neither side.</summary>
public sealed class GeventPageTests
{
    private static readonly NamePage s_page = NamePage.Read(File.ReadAllText(Repository.PathOf("docs/gevent.md")));
    private static readonly string[] s_gevent = File.ReadAllLines(Repository.PathOf("tests/Docs.Tests/Gevent/names.txt"));

    [Fact]
    public void Page_OfEveryPublicNameOfGevent_HasARow() =>
        Listed(s_gevent.Where(static name => !s_page.Covers(name))).Should().BeEmpty("the page names each public name of gevent (names.txt, made by names.py), or says A.* for the members of A");

    [Fact]
    public void Page_LeftColumn_HasOnlyNamesOfGevent() =>
        Listed(s_page.Gevent.Where(static name => !IsOfGevent(name)))
            .Should().BeEmpty("a name that gevent does not have is a slip of the pen");

    [Fact]
    public void Page_MiddleColumn_HasOnlyNamesOfPatchy() =>
        Listed(s_page.Patchy.Where(static entry => !PublicSurface.Has(entry.Key)).Select(static entry => $"{entry.Key} (line {entry.Value})"))
            .Should().BeEmpty("what the page promises must exist, under that name");

    [Fact]
    public void Page_OfEveryPublicTypeOfPatchy_HasItsName() =>
        Listed(PublicSurface.Types.Select(static types => types.Key).Where(static name => !s_page.Patchy.ContainsKey(name)))
            .Should().BeEmpty("each public type stands in the middle column of docs/gevent.md: beside its counterpart, or in the table of what gevent does not have");

    [Fact]
    public void Page_OfEveryPublicMemberOfPatchy_HasItsName()
    {
        var missing = new List<string>();
        foreach (Type type in PublicSurface.Types.SelectMany(static types => types))
        {
            if (type.IsEnum || PublicSurface.Name(type).EndsWith("Exception", StringComparison.Ordinal)) continue;
            foreach (string member in PublicSurface.Members(type))
                if (!PublicSurface.Family(type).Any(relative => s_page.Patchy.ContainsKey($"{PublicSurface.Name(relative)}.{member}")))
                    missing.Add($"{PublicSurface.Name(type)}.{member}");
        }
        Listed(missing.Distinct()).Should().BeEmpty("each public member stands in the middle column of docs/gevent.md, as Type.Member or Type.{{A, B}}");
    }

    private static bool IsOfGevent(string name) =>
        name.EndsWith(".*", StringComparison.Ordinal) ? s_gevent.Any(known => known.StartsWith(name[..^1], StringComparison.Ordinal)) : s_gevent.Contains(name);

    /// <summary>All of them: an assertion on the collection shows the first few only.</summary>
    private static string Listed(IEnumerable<string> names) => string.Join(", ", names);
}
