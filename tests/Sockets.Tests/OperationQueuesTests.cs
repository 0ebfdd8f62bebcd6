using System.Net.Sockets;
using FluentAssertions;
using Patchy.Reactor;
using Xunit;

namespace Patchy.Sockets.Tests;

public sealed class OperationQueuesTests
{
    [Fact]
    public async Task State_ThroughTheLifeOfASocket_IsTheBclsOwn()
    {
        (Socket near, Socket far) = Wires.Pair();
        object context = SocketInternals.AsyncContext(SocketInternals.Handle(near));
        OperationQueues.HasQueued(context, FdInterest.Read).Should().BeFalse();

        Task<int> pending = near.ReceiveAsync(new byte[8].AsMemory()).AsTask();
        OperationQueues.HasQueued(context, FdInterest.Read).Should().BeTrue();
        OperationQueues.HasQueued(context, FdInterest.Write).Should().BeFalse();

        await far.SendAsync(new byte[3].AsMemory());
        (await pending).Should().Be(3);
        SpinWait.SpinUntil(() => !OperationQueues.HasQueued(context, FdInterest.Read), 5000).Should().BeTrue();

        near.Dispose();
        OperationQueues.State(context, FdInterest.Read).Should().Be(3, "it is stopped");
        OperationQueues.State(context, FdInterest.Write).Should().Be(3);
        OperationQueues.HasQueued(context, FdInterest.Read).Should().BeFalse("a stopped queue holds nobody up: the call itself finds the handle closed");
        far.Dispose();
    }

    [Fact]
    public void Manifest_AllRowsOfSockets_AreApplied()
    {
        PatchReportRow[] rows = Patched.Report.Rows.Where(r => r.Target.StartsWith("System.Net.", StringComparison.Ordinal) && r.Outcome != PatchOutcome.Refused).ToArray();
        rows.Should().HaveCount(17).And.OnlyContain(r => r.Outcome == PatchOutcome.Applied || r.Outcome == PatchOutcome.Late);
    }
}
