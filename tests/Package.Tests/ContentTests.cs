using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Patchy.Package.Tests;

/// <summary>What is in the packages, and what is not.</summary>
[Collection(SharesLocalFeed.Name)]
public class ContentTests(LocalFeed feed)
{
    [Fact]
    public void Patchy_Package_HasItsAssembliesWithDocumentationAndNothingElse()
    {
        using ZipArchive package = feed.Open("Patchy");

        string[] names = ["Patchy", "Patchy.Hub", "Patchy.Sockets", "Patchy.StartupHook"];
        Files(package, "lib/").Should().BeEquivalentTo(names.SelectMany(static name => new[] { $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml" }));
        Files(package, "build").Should().BeEquivalentTo("buildTransitive/Patchy.props", "buildTransitive/Patchy.targets");
    }

    [Fact]
    public void Patchy_Package_DependsOnIcedAlone()
    {
        XElement metadata = Metadata("Patchy");

        metadata.Descendants().Where(static element => element.Name.LocalName == "dependency").Select(static element => element.Attribute("id")!.Value).Should().Equal("Iced");
    }

    [Fact]
    public void AspNetCore_Package_HasItsAssemblyAndDependsOnPatchyAlone()
    {
        using ZipArchive package = feed.Open("Patchy.AspNetCore");
        XElement metadata = Metadata("Patchy.AspNetCore");

        Files(package, "lib/").Should().BeEquivalentTo("lib/net10.0/Patchy.AspNetCore.dll", "lib/net10.0/Patchy.AspNetCore.xml");
        metadata.Descendants().Where(static element => element.Name.LocalName == "dependency").Select(static element => element.Attribute("id")!.Value).Should().Equal("Patchy");
        metadata.Descendants().Where(static element => element.Name.LocalName == "frameworkReference").Select(static element => element.Attribute("name")!.Value).Should().Equal("Microsoft.AspNetCore.App");
    }

    [Fact]
    public void Backdoor_Package_HasItsAssemblyAndBringsTheCompiler()
    {
        using ZipArchive package = feed.Open("Patchy.Backdoor");
        XElement metadata = Metadata("Patchy.Backdoor");

        Files(package, "lib/").Should().BeEquivalentTo("lib/net10.0/Patchy.Backdoor.dll", "lib/net10.0/Patchy.Backdoor.xml");
        metadata.Descendants().Where(static element => element.Name.LocalName == "dependency").Select(static element => element.Attribute("id")!.Value)
            .Should().BeEquivalentTo("Patchy", "Microsoft.CodeAnalysis.CSharp.Scripting");
    }

    [Fact]
    public void Tool_Package_IsACommandWithAllThatItNeeds()
    {
        using ZipArchive package = feed.Open("Patchy.Tool");

        using var settings = new StreamReader(package.GetEntry("tools/net10.0/any/DotnetToolSettings.xml")!.Open());
        settings.ReadToEnd().Should().Contain("Command Name=\"patchy\"");
        Files(package, "tools/").Select(Path.GetFileName).Should().Contain(["Patchy.StartupHook.dll", "Patchy.dll", "Patchy.Hub.dll", "Patchy.Sockets.dll", "Iced.dll"], "the hook finds them in its own folder");
    }

    [Theory]
    [InlineData("Patchy", "README.md")]
    [InlineData("Patchy.Tool", "tool.md")]
    [InlineData("Patchy.AspNetCore", "aspnetcore.md")]
    [InlineData("Patchy.Backdoor", "backdoor.md")]
    public void Package_ForTheRegistry_HasLicenceReadmeAndDescription(string id, string readme)
    {
        using ZipArchive package = feed.Open(id);
        XElement metadata = Metadata(id);

        Value(metadata, "license").Should().Be("MIT");
        Value(metadata, "readme").Should().Be(readme);
        Value(metadata, "description").Should().NotBeEmpty();
        package.GetEntry(readme).Should().NotBeNull();
    }

    [Theory]
    [InlineData("Patchy", "lib/net10.0/")]
    [InlineData("Patchy.Tool", "tools/net10.0/any/")]
    public void Package_Assemblies_CarryTheirSymbols(string id, string folder)
    {
        using ZipArchive package = feed.Open(id);
        string[] assemblies = [.. Files(package, folder + "Patchy").Where(static name => name.EndsWith(".dll"))];

        assemblies.Length.Should().BeGreaterThan(3);
        foreach (string name in assemblies)
        {
            var bytes = new MemoryStream();
            using (Stream entry = package.GetEntry(name)!.Open()) entry.CopyTo(bytes);
            bytes.Position = 0;
            using var image = new PEReader(bytes);
            image.ReadDebugDirectory().Should().Contain(static entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb, name);
        }
    }

    private XElement Metadata(string id)
    {
        using ZipArchive package = feed.Open(id);
        using Stream text = package.GetEntry($"{id}.nuspec")!.Open();
        return XElement.Load(text);
    }

    private static string? Value(XElement metadata, string name) => metadata.Descendants().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

    private static IEnumerable<string> Files(ZipArchive package, string folder) => package.Entries.Select(static entry => entry.FullName).Where(name => name.StartsWith(folder));
}
