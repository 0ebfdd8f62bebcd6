using System.Diagnostics;
using FluentAssertions;
using Patchy.Tests.Fibers;
using Xunit;

namespace Patchy.Tests;

/// <summary>Rules H5 and H6, in processes of their own. Foreground green threads that go on after Main: EndingTests.</summary>
public sealed class HubEndTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void H5_MainReturns_GreenletsDoNotKeepTheProcess(FiberKind kind)
    {
        // gevent: a script that spawns and falls off the end does not wait.
        var clock = Stopwatch.StartNew();
        ScenarioProcess process = Run("MainEnds", kind);
        process.ExitCode.Should().Be(0, process.Output);
        process.Output.Should().Contain("main returns").And.NotContain("went on");
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromMinutes(2), "the greenlets would have slept for 10 minutes");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void H6_ThreadStart_QueuesTheGreenThread(FiberKind kind)
    {
        // gevent's patched start() waits until the target has begun, hence yields. .NET promises less, and Start gives the turn to nobody.
        ScenarioProcess process = Run("ThreadStarts", kind);
        process.ExitCode.Should().Be(0, process.Output);
    }

    private static ScenarioProcess Run(string scenario, FiberKind kind) => ScenarioProcess.Run(scenario, $"PATCHY_FIBER={(kind == FiberKind.User ? "user" : "kernel")}");
}
