using FluentAssertions;

namespace Patchy.Conformance.Tests.Scenarios;

/// <summary>What goes wrong with sockets, in processes of their own: limits, numbers that are taken again, and very many connections.</summary>
public sealed class FaultTests
{
    /// <summary>Of user-mode fibers all 100,000; on kernel threads each switch costs more, and what could leak is the same.</summary>
    [Theory]
    [InlineData("ConnectionChurn 100000", "user")]
    [InlineData("ConnectionChurn 10000", "kernel")]
    [InlineData("ConnectionHold 10000", "user")]
    [InlineData("DescriptorReuse 1000", "user")]
    [InlineData("DescriptorReuse 1000", "kernel")]
    [InlineData("DescriptorLimit waiting", "user")]
    [InlineData("DescriptorLimit waiting", "kernel")]
    [InlineData("ServerLimit patched", "user")]
    [InlineData("ServerLimit patched", "kernel")]
    [InlineData("ServerLimit native", "user")]
    [InlineData("SharedSocket patched", "user")]
    public void Fault_InItsOwnProcess_HurtsNobodyElse(string scenario, string fiber) => Scenario.Holds(scenario, fiber);

    /// <summary>Every call through the BCL's own queue: the same must hold there.</summary>
    [Theory]
    [InlineData("ConnectionChurn 5000")]
    [InlineData("DescriptorReuse 500")]
    [InlineData("SharedSocket patched")]
    public void Fault_OnTheSlowPath_HurtsNobodyElse(string scenario) => Scenario.Holds(scenario, "user", "PATCHY_SOCKETS=slow");

    /// <summary>Not on the slow path: there each call needs a thread of the pool, and a pool that cannot start one ends the process, natively too.</summary>
    [Theory]
    [InlineData("user")]
    [InlineData("kernel")]
    public void DescriptorLimit_Patched_EndsEveryCallAsNatively(string fiber)
    {
        ChildProcess native = Scenario.Run("DescriptorLimit native", fiber);
        ChildProcess patched = Scenario.Run("DescriptorLimit patched", fiber);
        native.ExitCode.Should().Be(0, "natively it ends: {0}", native);
        native.Lines.Should().Contain("accept: SocketException TooManyOpenSockets", "else there were descriptors left");
        patched.ExitCode.Should().Be(0, "on {0} fibers: {1}", fiber, patched);
        patched.Lines.Should().Equal(native.Lines, "on {0} fibers: {1}", fiber, patched);
    }
}
