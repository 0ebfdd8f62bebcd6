using System.Reflection;
using System.Reflection.Emit;
using Fake = HarmonyLib.Harmony;

namespace Patchy.Scenarios.Harmony;

/// <summary>Patchy's own engine in an application where Harmony came first: the method is found, named and refused, and works when Harmony has let go of it.</summary>
internal sealed class HarmonyBeforeUs : IScenario
{
    private static int s_theirs;

    public int Run(string[] args)
    {
        var checks = new Checks();
        Fake.Redirector = new CellRedirector();
        MethodInfo sleep = typeof(Thread).GetMethod(nameof(Thread.Sleep), [typeof(int)])!;
        MethodInfo transpiler = typeof(HarmonyBeforeUs).GetMethod(nameof(CallTheirs), BindingFlags.Static | BindingFlags.NonPublic)!;
        var other = new Fake("some.mod");
        other.Patch(sleep, transpiler: new HarmonyLib.HarmonyMethod(transpiler));
        try
        {
            Patch.All();
            checks.That("refused", false);
        }
        catch (PatchException e)
        {
            checks.That("refused, with the library, its owner and what to do",
                e.Message.Contains("0Harmony is loaded (owners: some.mod)") && e.Message.Contains("Thread.Sleep") && e.Message.Contains("leave this group out"), e.Message);
            checks.That("the report has the row", e.Report!.Rows.Single(row => row.Outcome is not PatchOutcome.Skipped and not PatchOutcome.Refused || row.Reason!.Contains("some.mod")).Target.Contains("Thread.Sleep"));
        }
        Thread.Sleep(60_000);
        checks.That("nothing is patched, and theirs still is", Patch.Report is null && s_theirs == 1);

        PatchReport rest = Patch.Dns();
        checks.That("a group without that method can be patched", rest.Groups == PatchGroups.Dns && rest.Count(PatchOutcome.Applied) > 0, rest.Groups);
        Patch.UndoAll();

        other.Unpatch(sleep, transpiler);
        Patch.All();
        bool ran = false;
        var thread = new Thread(() => ran = true);
        thread.Start();
        for (int tries = 0; !ran && tries < 500; tries++) Thread.Sleep(20); // it runs only while this thread waits
        checks.That("once Harmony has let go, all can", Patch.IsPatched(PatchGroups.Time) && ran && s_theirs == 1);
        thread.Join();
        return checks.Finish();
    }

    private static IEnumerable<HarmonyLib.CodeInstruction> CallTheirs(IEnumerable<HarmonyLib.CodeInstruction> instructions)
    {
        _ = instructions;
        yield return new() { opcode = OpCodes.Call, operand = typeof(HarmonyBeforeUs).GetMethod(nameof(Theirs), BindingFlags.Static | BindingFlags.NonPublic) };
        yield return new() { opcode = OpCodes.Ret };
    }

    private static void Theirs() => s_theirs++;
}
