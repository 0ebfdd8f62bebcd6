using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

public sealed class PatchReportTests
{
    [Fact]
    public void ToString_EachOutcome_IsATableWithReasonsAndSums()
    {
        var report = new PatchReport(PatchGroups.Time | PatchGroups.Dns, "precode cells, .NET 10", TimeSpan.FromMilliseconds(12.34),
        [
            new PatchReportRow(PatchGroups.Time, "Thread.Sleep(System.Int32)", "cell", PatchOutcome.Applied, null),
            new PatchReportRow(PatchGroups.Monitor, "Monitor.Wait(System.Object,System.Int32)", "cell", PatchOutcome.Late, "it had run before"),
            new PatchReportRow(PatchGroups.Dns, "Dns.X()", "-", PatchOutcome.Refused, "not supported"),
        ]);

        report.ToString().Should().Be("""
            group    method                                    by    outcome
            time     Thread.Sleep(System.Int32)                cell  applied
            monitor  Monitor.Wait(System.Object,System.Int32)  cell  late
                     it had run before
            dns      Dns.X()                                   -     refused
                     not supported
            1 applied, 1 late, 0 skipped, 1 refused, 0 undone in 12.3 ms (precode cells, .NET 10)

            """.ReplaceLineEndings("\n"));
    }
}
