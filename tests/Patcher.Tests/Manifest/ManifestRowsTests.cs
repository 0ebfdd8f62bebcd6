using System.Reflection;
using FluentAssertions;
using Patchy.Manifest;
using Xunit;

namespace Patchy.Tests.Manifest;

/// <summary>What the manifest inside Patchy redirects, against the class library of this runtime.</summary>
public sealed class ManifestRowsTests
{
    private static readonly PatchManifest s_manifest = PatchManifest.Load(null);

    public static TheoryData<string> PatchRows() => Data(row => row.Action == ManifestAction.Patch);

    [Theory]
    [MemberData(nameof(PatchRows))]
    public void Row_OfAPatch_HasAReplacementThatFits(string target)
    {
        ManifestRow row = Row(target);
        MethodBase source = new TargetResolver().Resolve(s_manifest, row);

        (MethodInfo method, FieldInfo original) = new ReplacementResolver().Resolve(s_manifest, row, source);

        method.IsStatic.Should().BeTrue();
        original.Name.Should().Be(method.Name + "Original");
    }

    [Fact]
    public void Rows_Replacements_AreUsedOnce() =>
        s_manifest.Rows.Where(row => row.Replacement is not null).Select(row => row.Replacement).Should().OnlyHaveUniqueItems("each replacement has one original");

    private static ManifestRow Row(string target) => s_manifest.Rows.Single(row => row.Target == target);

    private static TheoryData<string> Data(Func<ManifestRow, bool> wanted)
    {
        var data = new TheoryData<string>();
        foreach (ManifestRow row in s_manifest.Rows.Where(wanted)) data.Add(row.Target);
        return data;
    }
}
