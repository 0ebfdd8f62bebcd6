using FluentAssertions;

namespace Patchy.Conformance.Tests.Scenarios;

/// <summary>What every switch and every wait for a socket goes through is compiled fully at once: the runtime would take seconds for it beside a busy carrier.</summary>
public sealed class HotPathTests
{
    private static readonly string[] s_methods =
    [
        "Patchy.Sockets.CooperativeReceive:FromMemory", "Patchy.Sockets.CooperativeReceive:FromSpan", "Patchy.Sockets.CooperativeSend:ToFromArray", "Patchy.Sockets.CooperativeSend:ToFromSpan",
        "Patchy.Sockets.CooperativeReceive:Receive", "Patchy.Sockets.CooperativeSend:Send", "Patchy.Sockets.SystemCalls:TryReceive", "Patchy.Sockets.SystemCalls:TrySend",
        "Patchy.Sockets.SystemCalls:TryHold", "Patchy.Sockets.SystemCalls:IsFailure", "Patchy.Sockets.SocketCall:Park", "Patchy.Waiter:Park", "Patchy.Reactor.EpollReactor:Deliver", "Patchy.Reactor.FdSide:WakeAll",
        "Patchy.Hub:TakeReady", "Patchy.Hub:BeginTurn", "Patchy.Scheduling.HubLoop:Run", "Patchy.Scheduling.HubLoop:Turn",
    ];

    /// <summary>The runtime's own list of what it has compiled, and how (DOTNET_JitDisasmSummary).</summary>
    [Theory]
    [InlineData("user")]
    [InlineData("kernel")]
    public void Methods_OfTheHotPath_AreCompiledOnceAndFully(string fiber)
    {
        string file = Path.GetTempFileName();
        try
        {
            Scenario.Holds("HotPath", fiber, "DOTNET_JitDisasmSummary=1", "DOTNET_JitStdOutFile=" + file);
            string[] compiled = File.ReadAllLines(file);
            compiled.Should().Contain(line => line.Contains("Program:Run(") && line.Contains("[Tier0,"), "that shows that the list is one, and that tiers are on");
            foreach (string method in s_methods)
            {
                string[] lines = [.. compiled.Where(line => line.Contains(" " + method + "("))];
                lines.Should().NotBeEmpty("{0} was called", method).And.OnlyContain(line => line.Contains("[FullOpts,"));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }
}
