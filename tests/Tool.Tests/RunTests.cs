using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Patchy.Tool.Tests;

/// <summary>`patchy run` is the program: nobody around it can tell the difference.</summary>
public class RunTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(255)]
    public void Run_ProgramEnds_ItsExitCodeIsTheOneOfTheCommand(int code) => ToolRun.OfHost([], "exit", $"{code}").ExitCode.Should().Be(code);

    [Fact]
    public void Run_Arguments_ArriveByteByByte()
    {
        // After the program nothing is ours: not our options, not a second --, not what is not UTF-8, not a file of arguments.
        const string line = "run --strict \"$host\" arguments '' 'two words' --strict --help -- @file $'\\xff\\xfe' '*'";
        ToolRun direct = ToolRun.Shell(line.Replace("run --strict", "exec dotnet"));

        ToolRun run = ToolRun.Shell("exec \"$patchy\" " + line);

        run.Output.Should().Be(direct.Output).And.Contain("<>\n<74776f20776f726473>\n").And.EndWith("<fffe>\n<2a>\n");
        run.Lines.Should().HaveCount(9);
    }

    [Fact]
    public void Run_StandardInput_IsReadByTheProgram()
    {
        ToolRun run = ToolRun.Of(ToolRun.Executable, ["run", ToolRun.Host, "echo"], input: "one\ntwö\n");

        run.Output.Should().Be("> one\n> twö\n");
        run.Error.Should().Be("end of input\n");
    }

    [Theory]
    [InlineData(2, "SIGINT")]
    [InlineData(3, "SIGQUIT")]
    [InlineData(15, "SIGTERM")]
    public void Run_SignalToTheCommand_IsHandledByTheProgram(int signal, string name)
    {
        using Process process = ToolRun.Start(ToolRun.Executable, ["run", ToolRun.Host, "signal"]);
        process.StandardOutput.ReadLine().Should().Be($"ready {process.Id}", "the command has become the program");

        kill(process.Id, signal).Should().Be(0);

        process.StandardOutput.ReadLine().Should().Be($"caught {name}");
        process.WaitForExit(60_000).Should().BeTrue();
        process.ExitCode.Should().Be(40);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(15)]
    public void Run_SignalThatNobodyHandles_EndsItAsItEndsTheProgram(int signal)
    {
        using Process process = ToolRun.Start(ToolRun.Executable, ["run", ToolRun.Host, "wait"]);
        process.StandardOutput.ReadLine().Should().StartWith("ready");

        kill(process.Id, signal).Should().Be(0);

        process.WaitForExit(60_000).Should().BeTrue();
        process.ExitCode.Should().Be(128 + signal);
    }

    [Fact]
    public void Run_OnATerminal_TheProgramOwnsIt()
    {
        // script(1) gives a terminal of its own; the line is typed into it.
        ToolRun run = ToolRun.Of("script", ["-qec", "\"$patchy\" run \"$host\" terminal", "/dev/null"], input: "hello\n");

        run.Output.Replace("\r", "").Should().Contain("terminal True True\nforeground True\n").And.Contain("read hello\n");
    }

    [Fact]
    public void Run_Surroundings_AreThoseOfTheProgramAlone()
    {
        // Both through bash, which sets the same variables; a file is open for the program, and a variable is not UTF-8.
        const string line = "exec 5</etc/passwd; export ODD=$'\\xff'; cd /usr; umask 027; exec ";
        ToolRun direct = ToolRun.Shell(line + "dotnet \"$host\" surroundings");

        ToolRun run = ToolRun.Shell(line + "\"$patchy\" run \"$host\" surroundings");

        string[] ours = ["born with DOTNET_STARTUP_HOOKS="];
        run.Lines.Where(each => !ours.Any(each.StartsWith)).Should().BeEquivalentTo(direct.Lines, "signals, limits, files, folder and environment pass through");
        run.Lines.Should().Contain("file 5 /etc/passwd").And.Contain("folder /usr");
        direct.Lines.Count(static each => each.StartsWith("diagnostics")).Should().BePositive("otherwise nothing was compared");
    }

    [Fact]
    public void Run_Script_FindsTheSignalsAsTheShellLeftThem()
    {
        // The runtime ignores SIGPIPE, and what is ignored is inherited: a pipeline in the script would go on writing to nobody.
        const string script = "sh -c 'grep \"^Sig[BI]\" /proc/self/status'", asAShell = "exec env --default-signal=PIPE ";
        ToolRun run = ToolRun.Shell($"{asAShell} \"$patchy\" run --children {script}");

        run.Output.Should().Be(ToolRun.Shell(asAShell + script).Output).And.Contain("SigIgn:\t0000000000000000");
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);
}
