using System.Reflection;
using FluentAssertions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Patchy.Docs.Tests;

/// <summary>The tables of what is patched say what the manifest says: eng/what-is-patched.cs, run here as `dotnet run` would.</summary>
public sealed class WhatIsPatchedTests
{
    private const string Script = "eng/what-is-patched.cs";

    private static readonly string[] s_files = [Script, "README.md", "docs/what-is-patched.md", "patch-manifest.json"];

    [Fact]
    public void Tables_OfThisRepository_AreCurrent() =>
        Check(Repository.Root).Should().Be(0, "after a change to the manifest: dotnet run eng/what-is-patched.cs");

    [Theory]
    [InlineData("patch-manifest.json", "\"Sleep(System.Int32)\", \"action\": \"patch\", \"group\": \"time\"", "\"Sleep(System.Int32)\", \"action\": \"patch\", \"group\": \"wait\"")]
    [InlineData("patch-manifest.json", "it waits inside the runtime for the finalizer thread", "for another reason")]
    [InlineData("README.md", "| `time` |", "| `tyme` |")]
    [InlineData("docs/what-is-patched.md", "## What blocks", "## What never blocks")]
    public void Tables_AfterAChange_AreNot(string file, string from, string to)
    {
        string copy = Directory.CreateTempSubdirectory("what-is-patched").FullName;
        try
        {
            foreach (string path in s_files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, path))!);
                File.Copy(Repository.PathOf(path), Path.Combine(copy, path));
            }
            Check(copy).Should().Be(0, "the copy is whole");
            string text = File.ReadAllText(Path.Combine(copy, file));
            text.Should().Contain(from, "the change must be one");
            File.WriteAllText(Path.Combine(copy, file), text.Replace(from, to, StringComparison.Ordinal));

            Check(copy).Should().Be(1);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static int Check(string root)
    {
        string path = Path.Combine(root, Script);
        SyntaxTree tree = CSharpSyntaxTree.ParseText(File.ReadAllText(path), path: path); // the script finds the repository by its own path
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static file => MetadataReference.CreateFromFile(file));
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable);
        using var image = new MemoryStream();
        CSharpCompilation.Create("WhatIsPatched", [tree], references, options).Emit(image).Diagnostics.Where(static d => d.Severity >= DiagnosticSeverity.Warning).Should().BeEmpty();
        return (int)Assembly.Load(image.ToArray()).EntryPoint!.Invoke(null, [new[] { "--check" }])!;
    }
}
