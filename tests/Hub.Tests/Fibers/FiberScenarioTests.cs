using FluentAssertions;
using Xunit;

namespace Patchy.Tests.Fibers;

/// <summary>What needs a process of its own: its end, its limits, runtime settings, long loops beside collections.</summary>
public class FiberScenarioTests
{
    private const int Aborted = 134;

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    /// <summary>Under each of these the fibers were seen to differ, or could.</summary>
    public static TheoryData<FiberKind, string> Settings
    {
        get
        {
            TheoryData<FiberKind, string> all = [];
            foreach (FiberKind kind in TestKinds.All)
            {
                all.Add(kind, "");
                all.Add(kind, "DOTNET_GCgen0size=0x40000");
                all.Add(kind, "DOTNET_gcServer=1");
                all.Add(kind, "DOTNET_gcConcurrent=0 DOTNET_TieredCompilation=0");
                all.Add(kind, "DOTNET_ReadyToRun=0 DOTNET_TieredPGO=0");
            }

            return all;
        }
    }

    [Theory, MemberData(nameof(Settings))]
    public void Soak_MixedWorkUnderRuntimeSettings_NoError(FiberKind kind, string settings) => ShouldPass($"FiberSoak {kind} 100 3", settings);

    [Theory, MemberData(nameof(Kinds))]
    public void Collection_WhileAFiberLoopsWithoutCalls_IsNotHeldUp(FiberKind kind) => ShouldPass($"FiberGcPause {kind} 50");

    [Theory, MemberData(nameof(Kinds))]
    public void Identity_IdsMutexesInitializers_BelongToTheFiber(FiberKind kind) => ShouldPass($"FiberIdentity {kind}");

    [Theory, MemberData(nameof(Kinds))]
    public void RunningHereOrNull_WithNoHubOneAndTwo_IsWhatTheThreadSays(FiberKind kind)
    {
        ScenarioProcess process = ScenarioProcess.Run("WhoRuns", $"PATCHY_FIBER={(kind == FiberKind.User ? "user" : "kernel")}");
        process.ExitCode.Should().Be(0, process.Output);
        process.Output.Should().Contain("31 passed, 0 failed");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Signals_BetweenManySwitches_ReachTheirHandlersAndCollectionsGoOn(FiberKind kind) => ShouldPass($"FiberSignals {kind} 2");

    [Theory, MemberData(nameof(Kinds))]
    public void Registers_RoundingModes_BelongToTheFiber(FiberKind kind) => ShouldPass($"FiberMachine {kind}");

    [Theory, MemberData(nameof(Kinds))]
    public void InitialKernelThread_GivenUp_ProcessStaysWhole(FiberKind kind) => ShouldPass($"FiberInitialThread {kind}");

    [Theory, MemberData(nameof(Kinds))]
    public void Churn_TenThousandFibers_NothingIsLeft(FiberKind kind) => ShouldPass($"FiberChurn {kind} 10000");

    [Theory, MemberData(nameof(Kinds))]
    public void Launch_AtTheMappingLimit_RefusesAndGoesOn(FiberKind kind) => ShouldPass($"FiberLimit {kind}");

    [Theory, MemberData(nameof(Kinds))]
    public void Attach_KernelRefusesAThreadForNow_IsTriedAgainAndNothingIsLost(FiberKind kind) => ShouldPass($"FiberRefused {kind}");

    [Theory, MemberData(nameof(Kinds))]
    public void ProcessOne_AsInAContainer_AllWorks(FiberKind kind)
    {
        foreach (string scenario in new[] { $"FiberInitialThread {kind}", $"FiberIdentity {kind}" })
        {
            ScenarioProcess? process = ScenarioProcess.TryRunAsProcessOne(scenario);
            if (process == null) return; // no right to make a pid namespace here; CI has it
            process.ExitCode.Should().Be(0, process.Output);
            process.Output.Should().Contain("process 1");
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void StackOverflow_InAFiber_PrintsTheManagedStackAndAborts(FiberKind kind)
    {
        foreach (string how in new[] { "overflow", "overflow-escaped" })
        {
            ScenarioProcess end = ScenarioProcess.Run($"FiberEnd {kind} {how}");
            end.ExitCode.Should().Be(Aborted, end.Output);
            end.Output.Should().Contain("Stack overflow").And.Contain("FiberEnd.Overflow").And.Contain("TestCarrier");
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Abort_InAFiber_KillsTheProcess(FiberKind kind) => ScenarioProcess.Run($"FiberEnd {kind} abort").ExitCode.Should().Be(Aborted);

    [Theory, MemberData(nameof(Kinds))]
    public void FailFast_InAFiber_SaysWhereAndAborts(FiberKind kind)
    {
        ScenarioProcess end = ScenarioProcess.Run($"FiberEnd {kind} failfast");
        end.ExitCode.Should().Be(Aborted);
        end.Output.Should().Contain("from a fiber").And.Contain("TestCarrier");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Exit_InAFiber_GivesTheExitCode(FiberKind kind) => ScenarioProcess.Run($"FiberEnd {kind} exit").ExitCode.Should().Be(7);

    [Theory, MemberData(nameof(Kinds))]
    public void UnhandledException_BesideFibers_EndsTheProcessAsEver(FiberKind kind)
    {
        ScenarioProcess end = ScenarioProcess.Run($"FiberEnd {kind} throw");
        end.ExitCode.Should().Be(Aborted);
        end.Output.Should().Contain("unhandled beside fibers");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void ChildProcess_StartedByAFiber_Runs(FiberKind kind)
    {
        ScenarioProcess end = ScenarioProcess.Run($"FiberEnd {kind} child");
        end.ExitCode.Should().Be(5, end.Output);
        end.Output.Should().Contain("still here hello from a child");
    }

    private static void ShouldPass(string arguments, string settings = "")
    {
        ScenarioProcess process = ScenarioProcess.Run(arguments, settings);
        process.ExitCode.Should().Be(0, process.Output);
    }
}
