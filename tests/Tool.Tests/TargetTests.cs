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

    [Theory]
    [InlineData("exec HOST loaded")]
    [InlineData("--roll-forward Major HOST loaded")]
    public void Run_DotnetWithAProgram_IsThatProgram(string words) => ToolRun.Patchy(["run", "dotnet", .. words.Replace("HOST", ToolRun.Host).Split(' ')]).Output.Should().Be("patched\n");

    [Theory]
    [InlineData("run")]
    [InlineData("run --project app.csproj")]
    [InlineData("app.cs")]
    [InlineData("--roll-forward Major test")]
    [InlineData("")]
    public void Run_DotnetThatStartsTheProgramAsAChild_IsRefused(string words)
    {
        ToolRun run = ToolRun.Patchy(["run", "dotnet", .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        run.ExitCode.Should().Be(126, "the program would run unpatched, and nobody would say so");
        run.Error.Should().StartWith("patchy: dotnet").And.Contain("patchy run dotnet exec app.dll").And.Contain("--children");
        run.Output.Should().BeEmpty("nothing was started");
    }

    [Fact]
    public void Run_DotnetWithChildren_PatchesTheProgramThatItStarts()
    {
        string project = Path.Combine(_folder.FullName, "app");
        Directory.CreateDirectory(project);
        File.WriteAllText(Path.Combine(project, "app.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <RunCommand>dotnet</RunCommand>
                <RunArguments>$(host) loaded</RunArguments>
              </PropertyGroup>
            </Project>
            """);

        // What it starts is built: a compiler server that stays behind would be patched, too.
        ToolRun run = ToolRun.Patchy("run", "--children", "dotnet", "run", "--no-build", "--no-restore", "--project", project);

        run.Output.Should().Be("patched\n", run.ToString());
    }

    [Fact]
    public void Run_NameThatBeginsWithADash_AfterTwoDashesIsAProgram()
    {
        Copy("Patchy.Tool.Host.dll");
        foreach (string file in new[] { "dll", "runtimeconfig.json", "deps.json" })
            if (File.Exists(Path.Combine(_folder.FullName, $"Patchy.Tool.Host.{file}"))) File.Copy(Path.Combine(_folder.FullName, $"Patchy.Tool.Host.{file}"), Path.Combine(_folder.FullName, $"-q.{file}"));

        ToolRun run = ToolRun.Of("bash", ["-c", $"cd '{_folder.FullName}' && exec \"$patchy\" run -- -q.dll loaded"]);
        ToolRun without = ToolRun.Of("bash", ["-c", $"cd '{_folder.FullName}' && exec \"$patchy\" run -q.dll loaded"]);

        run.Output.Should().Be("patched\n", run.ToString());
        without.ExitCode.Should().Be(2);
        without.Error.Should().StartWith("patchy: There is no option -q.dll.");
    }

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
