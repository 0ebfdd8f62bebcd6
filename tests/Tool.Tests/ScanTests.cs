using System.Text.Json;

namespace Patchy.Tool.Tests;

/// <summary>`patchy scan`.</summary>
public class ScanTests
{
    [Fact]
    public void Scan_Program_ListsItsCallsWithTheirVerdicts()
    {
        ToolRun run = ToolRun.Patchy("scan", ToolRun.Host);

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("cooperative    Thread.Sleep(int) (time)", "the host waits with it").And.Contain("in Program.Wait()");
        run.Output.Should().Contain("native         libc!tcgetpgrp", "a P/Invoke of its own");
        run.Lines[^1].Should().StartWith("Patchy.Tool.Host: ");
    }

    [Fact]
    public void Scan_ExecutableBesideTheAssembly_IsTheAssembly() =>
        ToolRun.Patchy("scan", Path.ChangeExtension(ToolRun.Host, null)).Output.Should().Be(ToolRun.Patchy("scan", ToolRun.Host).Output);

    [Fact]
    public void Scan_Json_HasEachCall()
    {
        using JsonDocument calls = JsonDocument.Parse(ToolRun.Patchy("scan", "--json", ToolRun.Host).Output);

        JsonElement sleep = calls.RootElement.EnumerateArray().Single(static call => call.GetProperty("target").GetString()!.StartsWith("System.Threading.Thread.Sleep("));
        sleep.GetProperty("verdict").GetString().Should().Be("cooperative");
        sleep.GetProperty("group").GetString().Should().Be("time");
        sleep.GetProperty("caller").GetString().Should().StartWith("Patchy.Tool.Host.Program.Wait(");
    }

    [Fact]
    public void Scan_References_ScansWhatLiesBesideIt()
    {
        string[] scanned = [.. ToolRun.Patchy("scan", "--references", ToolRun.Dll).Lines.Where(static line => line.Contains(": ") && line.Contains(" cooperative, ")).Select(static line => line.Split(':')[0])];

        scanned.Should().Contain(["Patchy.Tool", "System.CommandLine", "Spectre.Console"]).And.NotContain("Patchy", "that need not be scanned").And.NotContain("System.Runtime", "the framework is not beside it");
        scanned.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Scan_Check_SaysByItsExitCodeWhetherSomethingBlocks()
    {
        // The tool reads files, and files are not cooperative unless the group file is on; the host's verdicts decide for it likewise.
        foreach (string path in new[] { ToolRun.Dll, ToolRun.Host })
        {
            using JsonDocument calls = JsonDocument.Parse(ToolRun.Patchy("scan", "--json", path).Output);
            bool blocks = calls.RootElement.EnumerateArray().Any(static call => call.GetProperty("verdict").GetString() == "blocks");

            ToolRun.Patchy("scan", "--check", path).ExitCode.Should().Be(blocks ? 1 : 0);
            ToolRun.Patchy("scan", path).ExitCode.Should().Be(0);
        }
    }

    [Fact]
    public void Scan_References_OfAFileThatCannotBeRead_IsRefused()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("patchy scan ");
        try
        {
            foreach (string name in new[] { "Patchy.Tool.dll", "System.CommandLine.dll" }) File.Copy(Path.Combine(AppContext.BaseDirectory, name), Path.Combine(folder.FullName, name));
            foreach (string name in new[] { "System.CommandLine.dll", "Patchy.Tool.dll" })
            {
                string locked = Path.Combine(folder.FullName, name);
                using var held = new FileStream(locked, FileMode.Open, FileAccess.ReadWrite, FileShare.None); // a mode would not keep root out
                ToolRun run = ToolRun.Patchy("scan", "--references", Path.Combine(folder.FullName, "Patchy.Tool.dll"));

                run.ExitCode.Should().Be(126, run.ToString());
                run.Error.Should().StartWith($"patchy: {locked} cannot be read: ").And.NotContain("   at ");
                run.Output.Should().BeEmpty();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("no/such.dll", 127)]
    [InlineData("/bin/ls", 126)]
    [InlineData("/etc/passwd", 126)]
    public void Scan_WhatIsNoAssembly_IsRefused(string path, int code)
    {
        ToolRun run = ToolRun.Patchy("scan", path);

        run.ExitCode.Should().Be(code);
        run.Error.Should().StartWith("patchy: ").And.Contain(path);
    }
}
