namespace Patchy.Tool.Tests;

/// <summary>What the options of `patchy run` patch, whom, and what happens when it is refused.</summary>
public class PatchingTests
{
    [Fact]
    public void Run_WithoutOptions_PatchesTheProgramAndSaysNothing()
    {
        ToolRun run = ToolRun.OfHost([], "loaded");

        run.Output.Should().Be("patched\n");
        run.Error.Should().BeEmpty();
    }

    [Theory]
    [InlineData("--no-dns", "time monitor socket wait", "dns")]
    [InlineData("--no-dns --no-select", "time socket", "dns select")]
    [InlineData("--only time,select", "time select", "thread socket dns")]
    [InlineData("--time", "time", "thread socket dns select")]
    [InlineData("--time --select", "time select", "thread socket dns")]
    [InlineData("--socket", "socket monitor", "dns thread")]
    [InlineData("--only all --no-select", "time socket dns", "select")]
    public void Run_Groups_AreChosenAsOnTheCommandLineOfGevent(string options, string with, string without)
    {
        // gevent: --X patches only X, --no-X all but X. What a group requires comes along (socket requires monitor).
        ToolRun run = ToolRun.OfHost([.. options.Split(' '), "--report"], "loaded");

        string[] groups = [.. run.Error.Split('\n').Where(static line => line.Contains(" applied ")).Select(static line => line.Split(' ')[0]).Distinct()];
        groups.Should().Contain(with.Split(' '), run.ToString()).And.NotContain(without.Split(' '));
        run.Error.Should().StartWith("patchy ").And.MatchRegex(@"\d+ applied.* in [\d.]+ ms");
        run.Output.Should().Be("patched\n", "the report is on standard error");
    }

    [Theory]
    [InlineData("", "child: not patched")]
    [InlineData("--children", "child: patched")]
    public void Run_ProgramThatStartsAnother_ThatIsPatchedOnlyWhenAsked(string options, string child)
    {
        ToolRun run = ToolRun.OfHost(options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "child", "loaded");

        run.Lines.Should().Equal("patched", child);
    }

    [Fact]
    public void Run_HookOfAnotherTool_StaysForChildren()
    {
        ToolRun run = ToolRun.Shell("DOTNET_STARTUP_HOOKS= exec \"$patchy\" run \"$host\" child surroundings");
        run.Output.Should().NotContain("sees DOTNET_STARTUP_HOOKS=/", "an empty list stays empty");

        // System.Runtime has no class StartupHook: a second hook that is named must make the child fail, which shows that it was kept.
        run = ToolRun.Shell("DOTNET_STARTUP_HOOKS=System.Runtime exec \"$patchy\" run \"$host\" exit 0");
        run.ExitCode.Should().NotBe(0);
        run.Error.Should().Contain("System.Runtime", "the hooks that were there run after ours");
    }

    [Fact]
    public void Run_PatchingRefused_TheProgramIsNotStarted()
    {
        ToolRun run = ToolRun.Of(ToolRun.Executable, ["run", ToolRun.Host, "loaded"], new Dictionary<string, string> { ["PATCHY_FIBER"] = "green" });

        run.ExitCode.Should().Be(125);
        run.Output.Should().BeEmpty();
        run.Error.Should().StartWith("patchy: PATCHY_FIBER is 'green'.").And.Contain("The program was not started");
    }

    [Fact]
    public void Run_PatchingRefusedWithContinue_TheProgramRunsAsItIs()
    {
        ToolRun run = ToolRun.Of(ToolRun.Executable, ["run", "--continue", ToolRun.Host, "exit", "6"], new Dictionary<string, string> { ["PATCHY_FIBER"] = "green" });

        run.ExitCode.Should().Be(6);
        run.Error.Should().Contain("goes on as it is").And.NotContain("not started");
    }

    [Theory]
    [InlineData("strict rport", "Unknown option \"rport\"")]
    [InlineData("fiber=green", "Unknown option \"fiber=green\"")]
    [InlineData("time,no-time", "leave no group")]
    public void Hook_WordsOfTheEnvironmentAreWrong_TheProgramIsNotStarted(string words, string complaint)
    {
        ToolRun run = ToolRun.Of(ToolRun.Executable, ["run", ToolRun.Host, "loaded"], new Dictionary<string, string> { ["PATCHY_OPTIONS"] = words });

        run.ExitCode.Should().Be(125);
        run.Error.Should().Contain(complaint);
        run.Output.Should().BeEmpty();
    }

    [Fact]
    public void Hook_Off_NothingIsLoaded()
    {
        var environment = new Dictionary<string, string> { ["PATCHY_OPTIONS"] = "off", ["DOTNET_STARTUP_HOOKS"] = ToolRun.Patchy("hook").Output.Trim() };

        ToolRun.Of("dotnet", [ToolRun.Host, "exit", "3"], environment).ExitCode.Should().Be(3);
        ToolRun.Of("dotnet", [ToolRun.Host, "loaded"], environment).Output.Should().Be("not patched\n");
    }

    [Theory]
    [InlineData("off", "not patched\n", 0)]
    [InlineData("report no-dns", "patched\n", 1)]
    public void Hook_InTheEnvironmentAndInTheProgram_TheWordsOfTheEnvironmentHold(string words, string expected, int reports)
    {
        // PatchyAutoPatch puts the hook into the runtimeconfig.json; `patchy run` puts it into the environment: the runtime calls it for each.
        string hook = ToolRun.Patchy("hook").Output.Trim();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("patchy tool ");
        try
        {
            foreach (string file in Directory.GetFiles(AppContext.BaseDirectory, "Patchy.Tool.Host*")) File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            string settings = Path.Combine(folder.FullName, "Patchy.Tool.Host.runtimeconfig.json");
            File.WriteAllText(settings, File.ReadAllText(settings).Replace("\"configProperties\": {", $"\"configProperties\": {{ \"STARTUP_HOOKS\": \"{hook}\", \"Patchy.Options\": \"report\","));
            string host = Path.Combine(folder.FullName, "Patchy.Tool.Host.dll");
            ToolRun.Of("dotnet", [host, "loaded"]).Should().Match<ToolRun>(run => run.Output == "patched\n" && run.Error.Contains("options \"report\""), "the program alone is patched, too");

            ToolRun both = ToolRun.Of("dotnet", [host, "loaded"], new Dictionary<string, string> { ["PATCHY_OPTIONS"] = words, ["DOTNET_STARTUP_HOOKS"] = hook });

            both.Output.Should().Be(expected, both.Error);
            both.Error.Split($"options \"{words}\"").Length.Should().Be(reports + 1);
            both.Error.Split("options \"").Length.Should().Be(reports + 1);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
