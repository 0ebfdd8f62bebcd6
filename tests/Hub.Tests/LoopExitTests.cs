using FluentAssertions;
using Patchy.Tests.Fibers;
using Xunit;

namespace Patchy.Tests;

/// <summary>Rules H1 and X4, each case in a process of its own: gevent throws LoopExit as soon as its loop has nothing left; here it needs a proof that nothing can wake the main greenlet.</summary>
public sealed class LoopExitTests
{
    private const int Terminated = 128 + 15;

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    /// <summary>Who may wake the main greenlet although its hub has nothing to do.</summary>
    public static TheoryData<FiberKind, string> Wakers => Combine("timer", "native-thread", "named-thread", "pool-task", "system-timer", "escape", "other-hub", "signal", "child");

    /// <summary>A native thread of these is a green one then: it sleeps on the same hub.</summary>
    public static TheoryData<FiberKind, string> PatchedCases => Combine("alone", "queue", "primitives", "native-thread");

    public static TheoryData<FiberKind, string> Patient => Combine("never", "sleep", "await");

    [Theory, MemberData(nameof(Kinds))]
    public void H1_WaitThatNothingCanEnd_ThrowsLoopExitWithTheListAndTheHubGoesOn(FiberKind kind)
    {
        ScenarioProcess process = Run(kind, "alone");
        process.ExitCode.Should().Be(0, process.Output);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Q3_EmptyQueueAndNobodyElse_ThrowsLoopExitAndSwallowsNoLaterItem(FiberKind kind)
    {
        // gevent 22.10.2: queue.get() with nothing else alive raises LoopExit; a put and a get afterwards work.
        ScenarioProcess process = Run(kind, "queue");
        process.ExitCode.Should().Be(0, process.Output);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void H1_EachPrimitiveAndNobodyElse_ThrowsLoopExitAndStaysUsable(FiberKind kind)
    {
        ScenarioProcess process = Run(kind, "primitives");
        process.ExitCode.Should().Be(0, process.Output);
    }

    [Theory, MemberData(nameof(PatchedCases))]
    public void H1_AfterThePatch_TheSame(FiberKind kind, string what)
    {
        ScenarioProcess process = Run(kind, $"{what} patched");
        process.ExitCode.Should().Be(0, process.Output);
    }

    [Fact]
    public void H1_PoolUsedBefore_ThrowsLoopExitOnceItsThreadsAreGone()
    {
        ScenarioProcess process = Run(TestKinds.All[0], "after-pool");
        process.ExitCode.Should().Be(0, process.Output);
    }

    [Theory, MemberData(nameof(Wakers))]
    public void X4_SomethingThatMayWakeIt_NoLoopExit(FiberKind kind, string waker)
    {
        // gevent throws LoopExit in most of these although the native thread is about to set the event.
        ScenarioProcess process = Run(kind, waker);
        process.ExitCode.Should().Be(0, process.Output);
    }

    [Theory, MemberData(nameof(Patient))]
    public void X4_WaitsOfAnotherKindOrPolicyNever_GoOnForEver(FiberKind kind, string what)
    {
        ScenarioProcess process = Run(kind, what);
        process.ExitCode.Should().Be(Terminated, $"only the signal ends it. {process.Output}");
    }

    private static ScenarioProcess Run(FiberKind kind, string what) => ScenarioProcess.Run($"LoopExits {what}", $"PATCHY_FIBER={(kind == FiberKind.User ? "user" : "kernel")}");

    private static TheoryData<FiberKind, string> Combine(params string[] cases)
    {
        TheoryData<FiberKind, string> all = [];
        foreach (FiberKind kind in TestKinds.All)
            foreach (string one in cases) all.Add(kind, one);
        return all;
    }
}
