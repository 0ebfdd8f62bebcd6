namespace Patchy.Tool.Tests;

/// <summary>What `patchy run` takes for a program, and what it refuses because the hook would not run there and nobody would notice.</summary>
public sealed class TargetTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("patchy tool ");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Run_LibraryInAFolderWithSpaces_IsStartedWithDotnet() => ToolRun.Patchy("run", Copy("Patchy.Tool.Host.dll"), "loaded").Output.Should().Be("patched\n");

    [Fact]
    public void Run_ExecutableOfTheSdk_IsStarted() => ToolRun.Patchy("run", Copy("Patchy.Tool.Host"), "loaded").Output.Should().Be("patched\n");

    [Fact]
    public void Run_Dotnet_IsTheProgramThatItRuns() => ToolRun.Patchy("run", "dotnet", ToolRun.Host, "loaded").Output.Should().Be("patched\n");

    [Fact]
    public void Run_NameWithoutSlash_IsLookedForInPath()
    {
        string path = Copy("Patchy.Tool.Host");
        var environment = new Dictionary<string, string> { ["PATH"] = $"{_folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}" };

        ToolRun.Of(ToolRun.Executable, ["run", Path.GetFileName(path), "loaded"], environment).Output.Should().Be("patched\n");
    }

    [Fact]
    public void Run_Script_OnlyForItsChildren()
    {
        string script = Path.Combine(_folder.FullName, "start.sh");
        File.WriteAllText(script, "#!/bin/sh\nexec dotnet \"$host\" \"$@\"\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        ToolRun refused = ToolRun.Patchy("run", script, "loaded");
        ToolRun run = ToolRun.Patchy("run", "--children", script, "loaded");

        refused.ExitCode.Should().Be(126);
        refused.Error.Should().Contain("--children");
        run.Output.Should().Be("patched\n");
    }

    [Theory]
    [InlineData("no/such.dll", 127, "there is no program")]
    [InlineData("no-such-command", 127, "there is no program")]
    [InlineData("/tmp", 127, "It is a folder")]
    [InlineData("/bin/ls", 126, "not a program that the .NET runtime")]
    [InlineData("/etc/passwd", 126, "not executable")]
    [InlineData("Patchy.dll", 126, "no Patchy.runtimeconfig.json")]
    public void Run_WhatIsNoProgram_IsRefused(string app, int code, string complaint)
    {
        ToolRun run = ToolRun.Patchy("run", app == "Patchy.dll" ? Path.Combine(AppContext.BaseDirectory, app) : app);

        run.ExitCode.Should().Be(code, "as env, nohup and timeout do");
        run.Error.Should().Contain(complaint);
    }

    [Fact]
    public void Run_ProgramWithoutStartupHooks_IsRefused()
    {
        // The runtime would ignore the hook without a word: trimmed programs are built so.
        string settings = Path.ChangeExtension(Copy("Patchy.Tool.Host.dll"), "runtimeconfig.json");
        File.WriteAllText(settings, File.ReadAllText(settings).Replace("\"configProperties\": {", "\"configProperties\": { \"System.StartupHookProvider.IsSupported\": false,"));

        foreach (string app in new[] { "Patchy.Tool.Host.dll", "Patchy.Tool.Host" })
        {
            ToolRun run = ToolRun.Patchy("run", Path.Combine(_folder.FullName, app), "loaded");
            run.ExitCode.Should().Be(126);
            run.Error.Should().Contain("startup hooks turned off");
        }
    }

    /// <summary>The host in a folder of its own, with a space in its path and without Patchy beside it.</summary>
    private string Copy(string name)
    {
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory, "Patchy.Tool.Host*")) File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        return Path.Combine(_folder.FullName, name);
    }
}
