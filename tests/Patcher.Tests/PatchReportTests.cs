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
            new PatchReportRow(PatchGroups.Time, "System.Threading.Thread.Sleep(System.Int32)", "cell", PatchOutcome.Applied, null),
            new PatchReportRow(PatchGroups.Monitor, "System.Threading.Monitor.Wait(System.Object,System.Int32)", "cell", PatchOutcome.Late, "it had run before"),
            new PatchReportRow(PatchGroups.Dns, "System.Net.Dns.X()", "-", PatchOutcome.Refused, "not supported"),
        ]);

        report.ToString().Should().Be("""
            group    outcome  by    method
            time     applied  cell  Thread.Sleep(int)
            monitor  late     cell  Monitor.Wait(object, int)
                                    it had run before
            dns      refused  -     Dns.X()
                                    not supported
            1 applied, 1 late, 1 refused in 12.3 ms (precode cells, .NET 10)

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void ToString_WithHitsOwnersAndWarnings_ShowsThem()
    {
        var report = new PatchReport(PatchGroups.Time, "precode cells, .NET 10", TimeSpan.FromMilliseconds(1),
        [
            new PatchReportRow(PatchGroups.Time, "System.Threading.Thread.Sleep(System.Int32)", "cell", PatchOutcome.Applied, null, "patchy.time", "A.B, C", () => 12),
            new PatchReportRow(PatchGroups.None, "A.B.C()", "cell", PatchOutcome.Vetoed, "not wanted", "mine"),
        ]) { Warnings = ["Take care."] };

        report.ToString().Should().Be("""
            group    outcome  by        hits  method
            time     applied  cell        12  Thread.Sleep(int)
            mine     vetoed   cell         -  B.C()
                                    not wanted
            1 applied, 1 vetoed in 1.0 ms (precode cells, .NET 10)
            warning: Take care.

            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("System.Threading.Thread.<Join>g____PInvoke(System.Runtime.CompilerServices.ObjectHandleOnStack,System.Int32)", "Thread.Join's P/Invoke(ObjectHandleOnStack, int)")]
    [InlineData("Interop+Kernel32.ReleaseSemaphore(Microsoft.Win32.SafeHandles.SafeWaitHandle,System.Int32,System.Int32&)", "Kernel32.ReleaseSemaphore(SafeWaitHandle, int, int&)")]
    [InlineData("A.B.C(System.Collections.Generic.IList<System.ArraySegment<System.Byte>>,System.Byte[],System.Int32*)", "B.C(IList<ArraySegment<byte>>, byte[], int*)")]
    [InlineData("A.B.C()", "B.C()")]
    [InlineData("A.B.C", "B.C")]
    [InlineData("Program.<Main>$(System.String[])", "Program.Main(string[])")]
    [InlineData("Program+<>c.<<Main>$>b__0_1(System.Int32)", "Program.Main's lambda(int)")]
    [InlineData("N.Program+<>c__DisplayClass0_0.<Run>b__2()", "Program.Run's lambda()")]
    [InlineData("N.T.<Run>g__Step|3_1(System.Int32)", "T.Run's Step(int)")]
    [InlineData("N.T+<RunAsync>d__4.MoveNext()", "T.RunAsync()")]
    [InlineData("<>c.<<Main>$>b__0_1()", "Main's lambda()")]
    [InlineData("C", "C")]
    public void Short_OfAMethod_IsWhatAReaderWouldWrite(string target, string expected) => MethodText.Short(target).Should().Be(expected);
}
