using FluentAssertions;

namespace Patchy.Conformance.Tests.Scenarios;

/// <summary>How a process ends: what it still prints and its exit code, patched as natively.</summary>
public sealed class EndingTests
{
    private static readonly string[] s_endings =
    [
        "MainReturns", "MainReturnsEarly", "Terminated",
        "ExitCalled main", "ExitCalled thread", "ExitCalled pool", "ExitCalled code",
        "Unhandled thread", "Unhandled main", "Unhandled pool", "Unhandled failfast", "Unhandled overflow",
    ];

    public static TheoryData<string, string> Endings()
    {
        var data = new TheoryData<string, string>();
        foreach (string ending in s_endings)
        {
            data.Add(ending, "user");
            data.Add(ending, "kernel");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public void Process_Patched_EndsAsNatively(string ending, string fiber)
    {
        string[] words = ending.Split(' ');
        string rest = string.Join(' ', words[1..]);
        ChildProcess native = Scenario.Run($"{words[0]} native {rest}".TrimEnd(), fiber);
        ChildProcess patched = Scenario.Run($"{words[0]} patched {rest}".TrimEnd(), fiber);
        native.TimedOut.Should().BeFalse("natively it ends: {0}", native);
        if (ending == "Terminated") native.ExitCode.Should().Be(128 + 15, "the signal ended it: {0}", native);
        patched.ExitCode.Should().Be(native.ExitCode, "{0} on {1} fibers: {2}", ending, fiber, patched);
        patched.Lines.Should().Equal(native.Lines, "{0} on {1} fibers: {2}", ending, fiber, patched);
        FirstLine(patched.Error).Should().Be(FirstLine(native.Error), "{0} on {1} fibers: {2}", ending, fiber, patched);
    }

    private static string FirstLine(string text) => text.Split('\n')[0];
}
