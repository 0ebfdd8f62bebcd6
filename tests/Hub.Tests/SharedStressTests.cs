using FluentAssertions;
using Patchy.Tests.Fibers;
using Xunit;

namespace Patchy.Tests;

/// <summary>
/// Eight native threads and a thousand greenlets on two hubs share each primitive, in a process of its own. Here for few seconds; by hand for as long as you like:
/// <c>dotnet run -c Release --project tests/Scenarios -- SemaphoreStress user 30</c>.
/// </summary>
public sealed class SharedStressTests
{
    private static readonly string[] s_scenarios = ["SemaphoreStress", "EventStress", "PoolStress", "QueueStress", "GreenletStress"];

    public static TheoryData<string, FiberKind> OnBothKinds()
    {
        var data = new TheoryData<string, FiberKind>();
        foreach (string scenario in s_scenarios)
            foreach (FiberKind kind in TestKinds.All) data.Add(scenario, kind);
        return data;
    }

    public static TheoryData<string> Scenarios => new(s_scenarios);

    [Theory, MemberData(nameof(OnBothKinds))]
    public void Shared_ByEightThreadsAndAThousandGreenlets_NothingIsLostOrStuck(string scenario, FiberKind kind) => ShouldPass($"{scenario} {Word(kind)} 3");

    [Theory, MemberData(nameof(Scenarios))]
    public void Shared_AfterThePatch_TheSame(string scenario) => ShouldPass($"{scenario} {Word(TestKinds.All[0])} 2 patched");

    private static string Word(FiberKind kind) => kind == FiberKind.Kernel ? "kernel" : "user";

    private static void ShouldPass(string arguments)
    {
        ScenarioProcess process = ScenarioProcess.Run(arguments);
        process.ExitCode.Should().Be(0, process.Output);
    }
}
