namespace Patchy.Package.Tests;

/// <summary>PatchyAutoPatch in a project that refers to the package: no line of the program changes.</summary>
[Collection(SharesLocalFeed.Name)]
public class AutoPatchTests(LocalFeed feed)
{
    private const string AutoPatch = "<PatchyAutoPatch>true</PatchyAutoPatch>";

    [Fact]
    public void Project_WithAutoPatch_IsPatchedInEachDeployment()
    {
        using var consumer = new Consumer(feed, "Unknowing.cs", AutoPatch, Consumer.Reference(feed));

        string program = consumer.Publish("program");
        Run(program).Output.Should().Be(Concurrency.Green, "framework-dependent");
        Command.Run(consumer.Folder, "dotnet", [program + ".dll"]).Output.Should().Be(Concurrency.Green);
        Run(consumer.Publish("single", "PublishSingleFile=true", "SelfContained=true")).Output.Should().Be(Concurrency.Green, "a self-contained single file");
        Run(consumer.Publish("ready", "PublishReadyToRun=true")).Output.Should().Be(Concurrency.Green, "ReadyToRun");
        Run(consumer.Publish("both", "PublishReadyToRun=true", "PublishSingleFile=true", "SelfContained=true")).Output.Should().Be(Concurrency.Green, "both");

        // The environment has the last word; and the tool may start such a program as well: it is patched once.
        Run(program, ("PATCHY_OPTIONS", "off")).Output.Should().BeOneOf(Concurrency.Native);
        Run(program, ("PATCHY_OPTIONS", "fiber=kernel")).Output.Should().Be(Concurrency.GreenOnKernelThreads);
        Command again = Command.Run(consumer.Folder, feed.Tool, ["run", "--report", program]);
        again.Output.Should().Be(Concurrency.Green);
        again.Error.Split("options \"report\"").Should().HaveCount(2, "one report, of one patching");
    }

    [Fact]
    public void Project_WithOptions_IsPatchedAsTheySay()
    {
        using var consumer = new Consumer(feed, "Unknowing.cs", AutoPatch + "<PatchyOptions>no-select;fiber=kernel;report</PatchyOptions>", Consumer.Reference(feed));

        Command run = Run(consumer.Publish("program"));

        run.Output.Should().Be(Concurrency.GreenOnKernelThreads);
        run.Error.Should().Contain("socket   applied").And.NotContain("select   applied");
    }

    [Theory]
    [InlineData("Unknowing.fs")]
    [InlineData("Unknowing.vb")]
    public void Project_OfAnotherLanguage_IsPatchedToo(string source)
    {
        using var consumer = new Consumer(feed, source, AutoPatch, Consumer.Reference(feed));

        Run(consumer.Publish("program")).Output.Should().Be(Concurrency.GreenCounted);
    }

    [Fact]
    public void Project_WithoutAutoPatch_PatchesWhenItsMainSaysSo()
    {
        using var consumer = new Consumer(feed, "samples/OneLine/Program.cs", "", Consumer.Reference(feed));

        Command run = Run(consumer.Publish("program"));

        run.Output.Should().MatchRegex(@"^1000 threads are asleep, on \d{1,2} OS threads\.\n$", run.ToString());
        File.ReadAllText(Path.Combine(consumer.Folder, "program", "App.runtimeconfig.json")).Should().NotContain("STARTUP_HOOKS");
    }

    private static Command Run(string program, params (string Name, string Value)[] variables) => Command.Run(Path.GetDirectoryName(program)!, program, [], variables);
}
