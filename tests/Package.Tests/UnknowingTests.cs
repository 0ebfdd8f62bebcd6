using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Patchy.Package.Tests;

/// <summary>Programs that were compiled without any knowledge of Patchy, as they are and patched from outside.</summary>
[Collection(SharesLocalFeed.Name)]
public sealed class UnknowingTests(LocalFeed feed, UnknowingTests.Programs programs) : IClassFixture<UnknowingTests.Programs>
{
    [Theory]
    [InlineData("library")]
    [InlineData("executable")]
    [InlineData("single file")]
    [InlineData("ReadyToRun")]
    public void Program_AsItIs_HasAThreadOfTheSystemForEachOfItsOwn(string kind)
    {
        Command run = Start(kind, []);

        run.Output.Should().BeOneOf(Concurrency.Native, "otherwise the tests below would show nothing");
        References(programs.Library).Should().NotBeEmpty().And.OnlyContain(static name => !name.StartsWith("Patchy"), "it must not know of Patchy");
    }

    [Theory]
    [InlineData("library")]
    [InlineData("executable")]
    [InlineData("single file")]
    [InlineData("ReadyToRun")]
    public void Program_WithTheStartupHook_IsConcurrentOnFewThreads(string kind)
    {
        string hook = Command.Must(programs.Folder, feed.Tool, ["hook"]).Output.Trim();

        Start(kind, [], ("DOTNET_STARTUP_HOOKS", hook)).Output.Should().Be(Concurrency.Green);
    }

    [Theory]
    [InlineData("library")]
    [InlineData("executable")]
    [InlineData("single file")]
    [InlineData("ReadyToRun")]
    public void Program_WithTheTool_IsConcurrentOnFewThreads(string kind)
    {
        Command run = Command.Run(programs.Folder, feed.Tool, ["run", programs.Path(kind)]);

        run.Output.Should().Be(Concurrency.Green, run.ToString());
        run.ExitCode.Should().Be(0);
    }

    [Fact]
    public void Program_WithTheToolOnKernelFibers_TakesTurnsOnThreadsOfItsOwn() =>
        Command.Run(programs.Folder, feed.Tool, ["run", "--fiber", "kernel", programs.Library]).Output.Should().Be(Concurrency.GreenOnKernelThreads);

    [Fact]
    public void Program_ThatBringsAnOlderIced_IsToldWhichOneIsNeeded()
    {
        using var consumer = new Consumer(feed, "Unknowing.cs", "", """<PackageReference Include="Iced" Version="1.17.0" />""");

        Command run = Command.Run(consumer.Folder, feed.Tool, ["run", consumer.Publish("program")]);

        run.ExitCode.Should().Be(125);
        run.Output.Should().BeEmpty("it was not started");
        run.Error.Should().Contain("The program brings Iced 1.17.0.0, and Patchy needs 1.22.0.0");
    }

    private Command Start(string kind, string[] words, params (string Name, string Value)[] variables) =>
        kind == "library" ? Command.Run(programs.Folder, "dotnet", [programs.Library, .. words], variables) : Command.Run(programs.Folder, programs.Path(kind), words, variables);

    private static IEnumerable<string> References(string library)
    {
        using var image = new PEReader(File.OpenRead(library));
        MetadataReader metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    /// <summary>The program in each form, made once, in a project that does not refer to the package.</summary>
    public sealed class Programs : IDisposable
    {
        private readonly Consumer _consumer;
        private readonly Dictionary<string, string> _paths = [];

        public Programs(LocalFeed feed)
        {
            _consumer = new Consumer(feed, "Unknowing.cs");
            _paths["executable"] = _consumer.Publish("program");
            _paths["library"] = _paths["executable"] + ".dll";
            _paths["single file"] = _consumer.Publish("single", "PublishSingleFile=true", "SelfContained=true");
            _paths["ReadyToRun"] = _consumer.Publish("ready", "PublishReadyToRun=true");
        }

        public string Folder => _consumer.Folder;

        public string Library => _paths["library"];

        public string Path(string kind) => _paths[kind];

        public void Dispose() => _consumer.Dispose();
    }
}
