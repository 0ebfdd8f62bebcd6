using System.Text.Json;

namespace Patchy.Tool.Tests;

/// <summary>`patchy doctor`.</summary>
public class DoctorTests
{
    [Fact]
    public void Doctor_MachineOfTheTests_IsFit()
    {
        ToolRun run = ToolRun.Patchy("doctor");

        run.ExitCode.Should().Be(0, run.ToString());
        run.Output.Should().Contain("FSGSBASE").And.Contain("vm.max_map_count").And.Contain("open files").And.Contain("kernel threads").And.Contain("glibc");
        run.Lines[^1].Should().StartWith("Patchy works here");
    }

    [Fact]
    public void Doctor_Json_HasEachCheckWithItsState()
    {
        using JsonDocument checks = JsonDocument.Parse(ToolRun.Patchy("doctor", "--json").Output);

        Dictionary<string, string> states = checks.RootElement.EnumerateArray().ToDictionary(static check => check.GetProperty("name").GetString()!, static check => check.GetProperty("state").GetString()!);
        states.Should().ContainKeys("system", "runtime", "processor", "C library", "vm.max_map_count", "self-test, user fibers", "self-test, kernel fibers");
        states["self-test, kernel fibers"].Should().Be("ok");
        states.Values.Should().NotContain("failed");
    }

    [Fact]
    public void Doctor_WhereTheSelfTestCannotSucceed_SaysSoAndEndsWithOne()
    {
        // The self-test opens a hundred sockets: with so few files it must fail, in its own process.
        ToolRun run = ToolRun.Shell("ulimit -n 110; exec \"$patchy\" doctor");

        run.ExitCode.Should().Be(1, run.ToString());
        run.Output.Should().Contain("failed  self-test").And.Contain("110 (").And.Contain("ulimit -Hn");
        run.Lines[^1].Should().StartWith("Patchy does not work here");
    }
}
