using FluentAssertions;

namespace Patchy.Conformance.Tests.Scenarios;

/// <summary>Runs one of tests/Scenarios in a process of its own.</summary>
internal static class Scenario
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(200); // below the four minutes after which the whole test host is ended as hung

    public static ChildProcess Run(string arguments, string fiber, params string[] settings)
    {
        var environment = new Dictionary<string, string> { ["PATCHY_FIBER"] = fiber };
        foreach (string setting in settings) environment[setting.Split('=')[0]] = setting.Split('=')[1];
        return ChildProcess.Run("Patchy.Scenarios", arguments.Split(' '), s_limit, environment);
    }

    /// <summary>Runs one that prints its findings and ends with 0 when all hold.</summary>
    public static void Holds(string arguments, string fiber, params string[] settings)
    {
        ChildProcess child = Run(arguments, fiber, settings);
        child.ExitCode.Should().Be(0, "{0} on {1} fibers {2} must hold: {3}", arguments, fiber, string.Join(' ', settings), child);
    }
}
