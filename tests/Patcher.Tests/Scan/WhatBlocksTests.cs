using System.Runtime.CompilerServices;
using FluentAssertions;
using Patchy.Manifest;
using Patchy.Scan;
using Xunit;

namespace Patchy.Tests.Scan;

public sealed class WhatBlocksTests
{
    private static readonly BlockScan s_scan = Patch.WhatBlocks(typeof(ScanVictims).Assembly);

    [Theory]
    [InlineData("Sleeps", "System.Threading.Thread.Sleep(System.Int32)", CallVerdict.Cooperative, PatchGroups.Time)]
    [InlineData("Takes", "System.Collections.Concurrent.BlockingCollection`1.Take()", CallVerdict.Cooperative, PatchGroups.Task)]
    [InlineData("Result", "System.Threading.Tasks.Task`1.get_Result()", CallVerdict.Cooperative, PatchGroups.Task)]
    [InlineData("Current", "System.Threading.Thread.get_CurrentThread()", CallVerdict.Passes, PatchGroups.Thread)]
    [InlineData("Group", "System.Threading.Thread.Sleep(System.Int32)", CallVerdict.Cooperative, PatchGroups.Time)]
    [InlineData("Reads", "System.IO.Stream.Read(System.Byte[],System.Int32,System.Int32)", CallVerdict.DependsOnReceiver, PatchGroups.None)]
    [InlineData("Line", "System.IO.TextReader.ReadLine()", CallVerdict.DependsOnReceiver, PatchGroups.None)]
    [InlineData("Native", "libc!getpid", CallVerdict.Native, PatchGroups.None)]
    [InlineData("Pointer", "(an unmanaged function pointer)", CallVerdict.Native, PatchGroups.None)]
    public void Call_OfEachKind_HasItsVerdict(string method, string target, CallVerdict verdict, PatchGroups group)
    {
        ScannedCall call = Of($"ScanVictims.{method}(").Should().ContainSingle().Subject;

        (call.Target, call.Verdict, call.Group).Should().Be((target, verdict, group));
    }

    [Fact]
    public void Call_OfSleep_IsWhereTheInstructionIs() =>
        Of("ScanVictims.Sleeps(").Single().Offset.Should().Be(1, "the first instruction, ldc.i4.1, has one byte");

    [Fact]
    public void Call_OfAStream_SaysOnWhatItDepends() =>
        Of("ScanVictims.Reads(").Single().Reason.Should().Contain("cooperative on").And.Contain("NetworkStream");

    [Theory]
    [InlineData("ReadsOne", "System.IO.Stream.ReadByte()")]
    [InlineData("WritesSpan", "System.IO.Stream.Write(System.ReadOnlySpan<System.Byte>)")]
    [InlineData("ReadsAll", "System.IO.Stream.ReadExactly(System.Byte[],System.Int32,System.Int32)")]
    [InlineData("Copies", "System.IO.Stream.CopyTo(System.IO.Stream)")]
    public void Call_ThroughAMemberThatDependsOnTheReceiver_DependsOnIt(string method, string target)
    {
        ScannedCall call = Of($"ScanVictims.{method}(").Should().ContainSingle().Subject;

        (call.Target, call.Verdict).Should().Be((target, CallVerdict.DependsOnReceiver), "Stream itself goes on to its Read and Write, which only an override has");
        call.Reason.Should().Contain("cooperative on").And.Contain("NetworkStream");
    }

    [Theory]
    [InlineData("Managed")]
    [InlineData("Text")]
    public void Call_OfWhatCannotBlock_IsNotThere(string method) => Of($"ScanVictims.{method}(").Should().BeEmpty();

    [Fact]
    public void Call_AfterASwitch_IsFound() =>
        Of("ScanVictims.Locks(").Select(call => call.Target).Should().Contain("System.Threading.Monitor.Enter(System.Object,System.Boolean&)", "the table of a switch has a length of its own");

    [Fact]
    public void Call_InALambdaOrAnAsyncMethod_IsInTheTypeThatTheCompilerMade()
    {
        Of("ScanVictims+<>c__DisplayClass").Should().Contain(call => call.Target == "System.Threading.SemaphoreSlim.Wait()" && call.Verdict == CallVerdict.Cooperative);
        Of("ScanVictims+<Later>d__").Should().Contain(call => call.Target == "System.Threading.WaitHandle.WaitOne()" && call.Verdict == CallVerdict.Cooperative);
    }

    [Fact]
    public void Call_OfARefusedOrAFileRow_Blocks()
    {
        const string rows = """
            { "version": 1, "patches": [
            { "assembly": "System.Private.CoreLib", "type": "System.Threading.Thread", "member": "Sleep(System.Int32)", "action": "refuse", "group": "time", "reason": "for the test" },
            { "assembly": "System.Private.CoreLib", "type": "System.Threading.Tasks.Task`1", "member": "get_Result()", "action": "inherits", "group": "file", "reason": "for the test" } ] }
            """;
        PatchManifest manifest = new ManifestReader("test.json", System.Text.Encoding.UTF8.GetBytes(rows)).Read();
        using var file = new System.Reflection.PortableExecutable.PEReader(new MemoryStream(File.ReadAllBytes(typeof(ScanVictims).Assembly.Location)));
        BlockScan scan = new AssemblyScanner(file, manifest).Scan();

        scan.Calls.Single(call => call.Caller.Contains("ScanVictims.Sleeps(")).Should().BeEquivalentTo(new { Verdict = CallVerdict.Blocks, Reason = "for the test" });
        scan.Calls.Single(call => call.Caller.Contains("ScanVictims.Result(")).Should().BeEquivalentTo(new { Verdict = CallVerdict.Blocks, Group = PatchGroups.File });
        scan.Calls[0].Verdict.Should().Be(CallVerdict.Blocks, "the worst come first");
    }

    [Fact]
    public void Scan_OfAPath_LoadsNothing()
    {
        string path = Scenarios() + ".dll";
        BlockScan scan = Patch.WhatBlocks(path);

        scan.Assembly.Should().Be("Patchy.Scenarios");
        scan.Count(CallVerdict.Native).Should().BeGreaterThan(0);
        scan.Count(CallVerdict.Cooperative).Should().BeGreaterThan(100);
        scan.Calls.Count.Should().Be(Enum.GetValues<CallVerdict>().Sum(scan.Count));
        AppDomain.CurrentDomain.GetAssemblies().Should().NotContain(assembly => assembly.GetName().Name == "Patchy.Scenarios", "a scan must not run module initializers");
    }

    [Fact]
    public void Scan_OfWhatIsNoAssembly_SaysSo()
    {
        Action native = () => Patch.WhatBlocks(Scenarios()), missing = () => Patch.WhatBlocks("/no/such.dll");

        native.Should().Throw<BadImageFormatException>().WithMessage("*is no .NET assembly. Give the .dll*");
        missing.Should().Throw<IOException>();
    }

    [Fact]
    public void ToString_OfAScan_IsATableWithSums()
    {
        var scan = new BlockScan("Shop",
        [
            new ScannedCall("Shop.Cart.Pay(System.Int32)", 10, "A.B.C()", CallVerdict.Blocks, PatchGroups.None, "not supported"),
            new ScannedCall("Shop.Cart.Pay(System.Int32)", 26, "System.Threading.Thread.Sleep(System.Int32)", CallVerdict.Cooperative, PatchGroups.Time, null),
            new ScannedCall("Shop.Cart.Pay(System.Int32)", 30, "System.Threading.Thread.get_Name()", CallVerdict.Passes, PatchGroups.Thread, null),
        ]);

        scan.ToString().Should().Be("""
            blocks         B.C()
                           in Cart.Pay(int), IL_000a
                           not supported
            cooperative    Thread.Sleep(int) (time)
                           in Cart.Pay(int), IL_001a
            Shop: 1 blocks, 0 native, 0 depends, 1 cooperative, 1 cannot block

            """.ReplaceLineEndings("\n"));
    }

    private static ScannedCall[] Of(string caller) => [.. s_scan.Calls.Where(call => call.Caller.Contains(caller, StringComparison.Ordinal))];

    private static string Scenarios([CallerFilePath] string here = "")
    {
        string configuration = AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal) ? "Debug" : "Release";
        return Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "Scenarios", "bin", configuration, "net10.0", "Patchy.Scenarios");
    }
}
