namespace Patchy.Package.Tests;

/// <summary>The package for ASP.NET Core, in a project outside of this repository.</summary>
[Collection(SharesLocalFeed.Name)]
public class WebTests(LocalFeed feed)
{
    [Fact]
    public void WebProgram_ThatIsNotPatched_IsToldSoAndCanAskForIt()
    {
        using var consumer = new Consumer(feed, "Web.cs", "", $"""<FrameworkReference Include="Microsoft.AspNetCore.App" /><PackageReference Include="Patchy.AspNetCore" Version="{feed.Version}" />""");

        Command run = Command.Run(consumer.Folder, consumer.Publish("out"), []);

        run.ExitCode.Should().Be(0, run.ToString());
        run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().SatisfyRespectively(
            static first => first.Should().Contain("not patched").And.Contain("Patch.All()").And.Contain("options.Patch = true"),
            static second => second.Should().Be("True True"));

        Command trimmed = consumer.TryPublish("trimmed", "PublishTrimmed=true", "SelfContained=true");
        trimmed.ExitCode.Should().NotBe(0);
        trimmed.Output.Should().Contain("error PATCHY002: ", "the refusals of Patchy come with it");
    }
}
