namespace Patchy.Package.Tests;

/// <summary>Programs of one file, without a project: Native AOT is their default when they are published, but not when they are run.</summary>
[Collection(SharesLocalFeed.Name)]
public sealed class FileBasedTests(LocalFeed feed) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("patchy-file-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void File_ThatPatches_RunsAndIsNotPublishedAsNativeAot()
    {
        string file = Write("patches.cs", "samples/OneLine/Program.cs", $"#:package Patchy@{feed.Version}");

        Command.Run(_folder.FullName, "dotnet", ["run", file]).Output.Should().MatchRegex(@"^1000 threads are asleep, on \d{1,2} OS threads\.\n$");

        Command published = Command.Run(_folder.FullName, "dotnet", ["publish", file]);
        published.ExitCode.Should().NotBe(0);
        published.Output.Should().Contain("error PATCHY001: ").And.Contain("#:property PublishAot=false");
    }

    [Fact]
    public void File_WithAutoPatch_IsPatched()
    {
        string file = Write("unknowing.cs", "tests/Package.Tests/Programs/Unknowing.cs", $"#:package Patchy@{feed.Version}\n#:property PatchyAutoPatch=true");

        Command.Run(_folder.FullName, "dotnet", ["run", file]).Output.Should().Be(Concurrency.Green);
    }

    private string Write(string name, string source, string head)
    {
        string text = File.ReadAllText(Path.Combine(LocalFeed.Root, source));
        File.WriteAllText(Path.Combine(_folder.FullName, name), $"{head}\n#:property RestoreAdditionalProjectSources={feed.Source}\n#:property NuGetAudit=false\n{text}");
        return name;
    }
}
