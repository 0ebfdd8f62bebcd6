using System.Text;
using FluentAssertions;
using Patchy.Detours;
using Patchy.Manifest;
using Patchy.Session;
using Patchy.Tests.Detours;
using Xunit;

namespace Patchy.Tests.Session;

[Collection("the engines of this process")]
public sealed unsafe class PatchSessionTests
{
    private const string Type = "Patchy.Tests.Session.SessionVictims";

    [Fact]
    public void Apply_AllRowsGood_RedirectsAllAndUndoAllRestoresAll()
    {
        PatchSession session = NewSession();
        PatchReport report = Apply(session, PatchGroups.All, Row("First", "time"), Row("Second", "dns"));

        report.Rows.Select(row => row.Outcome).Should().Equal(PatchOutcome.Applied, PatchOutcome.Applied);
        (SessionVictims.CallFirst(10), SessionVictims.CallSecond(10)).Should().Be((-11, -12));

        PatchReport undone = UndoAll(session);

        undone.Rows.Select(row => row.Target).Should().Equal($"{Type}.Second(System.Int32)", $"{Type}.First(System.Int32)");
        undone.Rows.Should().OnlyContain(row => row.Outcome == PatchOutcome.Undone);
        (SessionVictims.CallFirst(10), SessionVictims.CallSecond(10)).Should().Be((11, 12));
        SessionVictims.StandFirst(10).Should().Be(-11, "a replacement that is called directly reaches the method's own entry again");
        session.Groups.Should().Be(PatchGroups.None);
    }

    [Fact]
    public void Apply_SecondRowRefused_NothingIsPatchedAndTheReportSaysWhy()
    {
        PatchSession session = NewSession();
        string math = """{ "assembly": "System.Private.CoreLib", "type": "System.Threading.Monitor", "member": "get_LockContentionCount()", "action": "patch", "group": "time", "mechanism": "slot", "replacement": "Patchy.Tests.Session.LongResult.Value, Patchy.Patcher.Tests" }""";

        Action apply = () => Apply(session, PatchGroups.All, Row("Third", "time"), math);

        PatchException error = apply.Should().Throw<PatchException>().Which;
        error.Message.Should().Contain("System.Threading.Monitor.get_LockContentionCount() (line 3 of the manifest)").And.Contain("it is not a P/Invoke");
        error.Report!.Rows.Select(row => row.Outcome).Should().Equal(PatchOutcome.Skipped, PatchOutcome.Refused);
        error.Report.Rows[1].Reason.Should().Contain("not a P/Invoke");
        SessionVictims.CallThird(10).Should().Be(13);
        SessionVictims.StandThird(10).Should().Be(-13, "its original leads to the method's own entry, not to a detour");
        session.Groups.Should().Be(PatchGroups.None);
        Apply(session, PatchGroups.All, Row("Third", "time")).Count(PatchOutcome.Applied).Should().Be(1, "a refused attempt leaves nothing behind that would refuse the next");
        UndoAll(session);
    }

    [Fact]
    public void Apply_LateRow_IsReportedAndRefusedWhenStrict()
    {
        Func<int, int> late = SessionVictims.Late;
        for (int i = 0; i < 3; i++) _ = late(i); // it has run
        PatchSession session = NewSession();

        Action strict = () => Apply(session, Plan(PatchGroups.All, Row("Late", "wait")), strict: true);
        strict.Should().Throw<PatchException>().WithMessage("*it had run before it was patched*Strict*Nothing was patched.")
            .Which.Report!.Rows[0].Outcome.Should().Be(PatchOutcome.Refused);
        late(1).Should().Be(5);

        PatchReport report = Apply(session, Plan(PatchGroups.All, Row("Late", "wait")), strict: false);
        report.Rows[0].Outcome.Should().BeOneOf(PatchOutcome.Late, PatchOutcome.Applied);
        for (int look = 0; look < 100 && late(1) != -5; look++) Thread.Sleep(50); // the runtime may write a late cell once more, and the guard looks now and then
        late(1).Should().Be(-5);
        UndoAll(session);
        late(1).Should().Be(5);
    }

    [Fact]
    public void Undo_CellTakenBySomebodyElse_IsReportedAsForeignAndLeftAlone()
    {
        PatchSession session = NewSession();
        Apply(session, PatchGroups.All, Row("Taken", "time"));
        System.Reflection.MethodInfo source = typeof(SessionVictims).GetMethod("Taken")!, foreign = typeof(SessionVictims).GetMethod("Foreigner")!;
        nint cell = Probes.Layout.Precode.Cell(source.MethodHandle.GetFunctionPointer()), original = (nint)SessionVictims.StandTakenOriginal;
        nint ours = *(nint*)cell, theirs = foreign.MethodHandle.GetFunctionPointer();
        CellMemory.CompareExchange(cell, theirs, ours).Should().Be(ours);

        PatchReport undone = UndoAll(session);

        undone.Rows.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Outcome = PatchOutcome.Foreign, Mechanism = "cell" });
        undone.Rows[0].Reason.Should().Contain("another library has patched it since");
        SessionVictims.CallTaken(10).Should().Be(1000, "a foreign detour is left as it is");
        SessionVictims.StandTaken(10).Should().Be(-15, "if that detour leads back to Patchy one day, the replacement must still find the body");

        Action again = () => Apply(session, PatchGroups.All, Row("Taken", "time"));
        again.Should().Throw<PatchException>().Which.Report!.Rows[0].Outcome.Should().Be(PatchOutcome.Foreign);
        CellMemory.CompareExchange(cell, original, theirs).Should().Be(theirs);
        SessionVictims.CallTaken(10).Should().Be(15);
    }

    [Fact]
    public void Make_Requires_PutsTheRequiredGroupFirst()
    {
        string[] rows = [Row("First", "time", ", \"requires\": [\"dns\"]"), Row("Second", "dns"), Row("Third", "thread", ", \"requires\": [\"time\"]")];

        Plan(PatchGroups.All, rows).Order.Take(3).Should().Equal(PatchGroups.Dns, PatchGroups.Time, PatchGroups.Thread);
        Plan(PatchGroups.Thread, rows).Order.Should().Equal(PatchGroups.Dns, PatchGroups.Time, PatchGroups.Thread);
    }

    [Fact]
    public void Make_OnlySomeGroups_LeavesTheOthersOutAndAddsWhatTheyRequire()
    {
        string[] rows = [Row("First", "time"), Row("Second", "dns"), Row("Third", "wait", ", \"requires\": [\"dns\"]")];

        Plan(PatchGroups.Time, rows).Patches.Select(patch => patch.Row.Member).Should().Equal("First(System.Int32)");
        PatchPlan wait = Plan(PatchGroups.Wait, rows);
        wait.Groups.Should().Be(PatchGroups.Wait | PatchGroups.Dns);
        wait.Patches.Should().HaveCount(2);
    }

    [Fact]
    public void Make_Order_ComesBeforeTheOrderOfTheFile() =>
        Plan(PatchGroups.All, Row("First", "time", ", \"order\": 5"), Row("Second", "time"), Row("Third", "time", ", \"order\": -1"), Row("Late", "time", ", \"order\": 5"))
            .Patches.Select(patch => patch.Source.Name).Should().Equal("Third", "Second", "First", "Late");

    [Theory]
    [InlineData("Frist", "StandFirst", "has no member of that name")]
    [InlineData("First", "StandNobody", "no static method StandNobody")]
    [InlineData("First", "Twice", "2 static methods Twice; there must be exactly one")]
    [InlineData("First", "NoOriginal", "has no static field NoOriginalOriginal")]
    [InlineData("First", "Long", "parameter 1 (value) is System.Int32 in the target but System.Int64 in the replacement")]
    public void Make_RowThatDoesNotFit_SaysFileLineRowAndReason(string member, string replacement, string expected)
    {
        string row = $$"""{ "assembly": "Patchy.Patcher.Tests", "type": "{{Type}}", "member": "{{member}}(System.Int32)", "action": "patch", "group": "time", "mechanism": "cell", "replacement": "{{Type}}.{{replacement}}, Patchy.Patcher.Tests" }""";

        Action make = () => Plan(PatchGroups.All, row);

        make.Should().Throw<PatchException>().Which.Message.Should().StartWith($"test.json, line 2, {Type}.{member}(System.Int32): ").And.Contain(expected).And.EndWith("Nothing was patched.");
    }

    [Fact]
    public void Make_MovedSignature_ListsTheOverloadsThatThereAre()
    {
        string row = """{ "assembly": "System.Private.CoreLib", "type": "System.Threading.Thread", "member": "Sleep(System.Int64)", "action": "patch", "group": "time", "mechanism": "cell", "replacement": "A.B.C, D" }""";

        Action make = () => Plan(PatchGroups.All, row);

        make.Should().Throw<PatchException>().WithMessage("*Sleep(System.Int32) and Sleep(System.TimeSpan), but not with these parameters (on .NET 10*");
    }

    [Theory]
    [InlineData("No.Such.Assembly", "T", "the assembly No.Such.Assembly cannot be loaded")]
    [InlineData("System.Private.CoreLib", "System.Threading.Fiber", "System.Private.CoreLib 10.0.0.0 has no type System.Threading.Fiber")]
    public void Make_TypeOrAssemblyGone_Says(string assembly, string type, string expected)
    {
        string row = $$"""{ "assembly": "{{assembly}}", "type": "{{type}}", "member": "M()", "action": "patch", "group": "time", "mechanism": "cell", "replacement": "A.B.C, D" }""";

        Action make = () => Plan(PatchGroups.All, row);

        make.Should().Throw<PatchException>().WithMessage($"*{expected}*");
    }

    private static PatchSession NewSession() => new(new DetourEngines(Probes.Real));

    private static PatchReport Apply(PatchSession session, PatchGroups groups, params string[] rows) => Apply(session, Plan(groups, rows), strict: false);

    private static PatchReport Apply(PatchSession session, PatchPlan plan, bool strict)
    {
        var request = new PatchRequest(new PatchOptions { Strict = strict });
        session.Apply(plan, request);
        return session.Report(request);
    }

    private static PatchReport UndoAll(PatchSession session) => session.Undo(_ => true, PatchGroups.Everything, new PatchRequest(new PatchOptions()));

    private static PatchPlan Plan(PatchGroups groups, params string[] rows) => PatchPlan.Make(Manifest(rows), groups, PatchGroups.None);

    private static PatchManifest Manifest(string[] rows) =>
        new ManifestReader("test.json", Encoding.UTF8.GetBytes("{ \"version\": 1, \"patches\": [\n" + string.Join(",\n", rows) + "\n] }")).Read();

    private static string Row(string member, string group, string more = "") =>
        $$"""{ "assembly": "Patchy.Patcher.Tests", "type": "{{Type}}", "member": "{{member}}(System.Int32)", "action": "patch", "group": "{{group}}", "mechanism": "cell", "replacement": "{{Type}}.Stand{{member}}, Patchy.Patcher.Tests"{{more}} }""";
}
