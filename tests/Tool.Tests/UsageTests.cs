namespace Patchy.Tool.Tests;

/// <summary>A command line that is wrong does nothing: usage on standard error, exit code 2.</summary>
public class UsageTests
{
    [Theory]
    [InlineData("")]
    [InlineData("walk")]
    [InlineData("--fast")]
    [InlineData("run")]
    [InlineData("run --strict")]
    [InlineData("run --strickt HOST")]
    [InlineData("run --no-everything HOST")]
    [InlineData("run --only soket HOST")]
    [InlineData("run --only no-dns HOST")]
    [InlineData("run --only")]
    [InlineData("run --fiber green HOST")]
    [InlineData("run --socket --no-socket HOST")]
    [InlineData("doctor now")]
    [InlineData("list --group sockets")]
    [InlineData("list --action skip")]
    [InlineData("list --xml")]
    [InlineData("scan")]
    [InlineData("scan --only HOST")]
    [InlineData("hook me")]
    public void Tool_WrongCommandLine_PrintsUsageAndEndsWithTwo(string line)
    {
        ToolRun run = ToolRun.Patchy([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static word => word == "HOST" ? ToolRun.Host : word), .. line.Contains("HOST") ? new[] { "exit", "0" } : []]);

        run.ExitCode.Should().Be(2, run.ToString());
        run.Output.Should().BeEmpty("standard output is for answers");
        run.Error.Should().StartWith("patchy: ", "the first line says what is wrong").And.Contain("Usage:\n  patchy");
    }

    [Theory]
    [InlineData("--strickt")]
    [InlineData("--no-everything")]
    public void Run_OptionThatIsNone_IsNamed(string option)
    {
        ToolRun run = ToolRun.Patchy(["run", option, ToolRun.Host]);

        run.ExitCode.Should().Be(2, run.ToString());
        run.Error.Should().StartWith($"patchy: There is no option {option}.", "not the program's path is what is wrong");
    }

    [Theory]
    [InlineData("--help", "Usage:\n  patchy [command] [options]")]
    [InlineData("run --help", "Usage:\n  patchy run [options] <app> [arguments]")]
    [InlineData("list -h", "Usage:\n  patchy list [options]")]
    public void Tool_AskedForHelp_PrintsItOnStandardOutput(string line, string usage)
    {
        ToolRun run = ToolRun.Patchy(line.Split(' '));

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain(usage);
        run.Error.Should().BeEmpty();
    }

    [Fact]
    public void Hook_Printed_IsTheFileForTheEnvironment()
    {
        string path = ToolRun.Patchy("hook").Output.TrimEnd('\n');

        Path.GetFileName(path).Should().Be("Patchy.StartupHook.dll");
        var environment = new Dictionary<string, string> { ["DOTNET_STARTUP_HOOKS"] = path };
        ToolRun.Of("dotnet", [ToolRun.Host, "loaded"], environment).Output.Should().Be("patched\n");
        ToolRun.Of("dotnet", [ToolRun.Host, "loaded"]).Output.Should().Be("not patched\n", "without the hook the program stays what it is");
    }
}
