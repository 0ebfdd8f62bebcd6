namespace Patchy.Package.Tests;

/// <summary>Deployments in which methods cannot be redirected are refused when they are built, and where that is got round, when they run.</summary>
[Collection(SharesLocalFeed.Name)]
public class RefusalTests(LocalFeed feed)
{
    [Fact]
    public void Publish_OfWhatCannotBePatched_FailsWithAReason()
    {
        using var consumer = new Consumer(feed, "samples/OneLine/Program.cs", "", Consumer.Reference(feed));

        Command trimmed = consumer.TryPublish("out", "PublishTrimmed=true", "SelfContained=true");
        trimmed.ExitCode.Should().NotBe(0);
        trimmed.Output.Should().Contain("error PATCHY002: ").And.Contain("PublishTrimmed=true");

        Command native = consumer.TryPublish("out", "PublishAot=true", "RuntimeIdentifier=linux-x64");
        native.ExitCode.Should().NotBe(0);
        native.Output.Should().Contain("error PATCHY001: ").And.Contain("Native AOT");

        Directory.Exists(Path.Combine(consumer.Folder, "out")).Should().BeFalse("nothing is published half");
    }

    [Fact]
    public void Build_WithTwoStartupHooks_FailsWithAReason()
    {
        using var consumer = new Consumer(feed, "samples/OneLine/Program.cs", "<PatchyAutoPatch>true</PatchyAutoPatch>",
            Consumer.Reference(feed) + """<RuntimeHostConfigurationOption Include="STARTUP_HOOKS" Value="Another" />""");

        Command built = consumer.TryPublish("out");

        built.ExitCode.Should().NotBe(0);
        built.Output.Should().Contain("error PATCHY004: ");
    }

    [Fact]
    public void Program_TrimmedAllTheSame_IsToldSoWhenItPatches()
    {
        // With the assemblies instead of the package, whose targets would refuse.
        using var consumer = new Consumer(feed, "samples/OneLine/Program.cs", "<SuppressTrimAnalysisWarnings>true</SuppressTrimAnalysisWarnings>",
            string.Concat(new[] { "Patchy", "Patchy.Hub", "Patchy.Sockets" }.Select(name => $"""<Reference Include="{feed.Built(name)}" />""")) + """<PackageReference Include="Iced" Version="1.22.0" />""");

        foreach (string mode in new[] { "full", "partial" })
        {
            string program = consumer.Publish(mode, "PublishTrimmed=true", "SelfContained=true", $"TrimMode={mode}");
            Command run = Command.Run(consumer.Folder, program, []);
            run.ExitCode.Should().NotBe(0);
            run.Error.Should().Contain("This program was published trimmed");

            // And nobody can patch it from outside: the runtime would not look at the hook.
            Command tool = Command.Run(consumer.Folder, feed.Tool, ["run", program]);
            tool.ExitCode.Should().Be(126);
            tool.Error.Should().Contain("startup hooks turned off");
        }
    }
}
