using System.Reflection;
using System.Runtime.InteropServices;
using Patchy.Scenarios.Promises;

namespace Patchy.Scenarios.Patcher;

/// <summary>A user's own patches, by attribute and by manifest: the same checks as Patchy's own, owners, undo by owner.</summary>
internal sealed class UserPatches : IScenario
{
    private readonly Checks _checks = new();

    public int Run(string[] args)
    {
        var warnings = new List<string>();
        Patch.WarningSink = warnings.Add;
        PatchReport report = Patch.Methods(typeof(UserTargets));
        _checks.That("by attribute", report is { Result: PatchResult.Patched, Groups: PatchGroups.None, Rows: [{ Outcome: PatchOutcome.Applied, Owner: "Patchy.Scenarios", Group: PatchGroups.None }] } && UserTargets.Call(3) == -6, report.Rows[0].Reason);
        _checks.That("its own original, and GetOriginal", Patch.GetOriginal<Func<int, int>>(() => UserTargets.Double(0))(3) == 6 && UserTargets.NegativeOriginal(3) == 6);
        _checks.That("again", Patch.Methods(typeof(UserTargets)).Result == PatchResult.NothingToDo);
        _checks.That("it is known", Patch.IsPatched(typeof(UserTargets).GetMethod("Double")!) && Patch.IsAnythingPatched && Patch.HasAnyPatches("Patchy.Scenarios") && !Patch.IsPatched(PatchGroups.Time));
        Greenlet? green = null;
        int id = 0;
        var thread = new Thread(() =>
        {
            green = Greenlet.Running;
            id = Vitals.KernelThread;
        });
        thread.Start();
        thread.Join();
        while (Directory.Exists($"/proc/self/task/{id}")) _ = usleep(1000); // joined, it is on its way out still, and what follows would warn of it; not by Sleep, which is patched below
        _checks.That("threads stay native for that", green is null);
        PatchReport undone = Patch.UnpatchAll("Patchy.Scenarios");
        _checks.That("undone by owner", undone.Rows is [{ Outcome: PatchOutcome.Undone }] && UserTargets.Call(3) == 6 && !Patch.IsAnythingPatched && UserTargets.NegativeOriginal(3) == 6);

        Kinds();
        Refusals();
        Beside();
        _checks.That("warnings", warnings.All(w => w.Contains("had run before") || w.Contains("not on the main thread")), string.Join("; ", warnings));
        return _checks.Finish();
    }

    private void Kinds()
    {
        _ = CallNative(); // compiled before: what is compiled meanwhile may have the hook's address in it
        PatchReport report = Patch.Methods(typeof(KindsOfTargets), "kinds");
        var victims = new Victims();
        _checks.That("instance, struct, out, private, native", report.Rows.Count == 5 && report.Rows.All(row => row.Owner == "kinds"), report.Rows.Count);
        _checks.That("an instance method", CallAdd(victims, 1) == 1101, CallAdd(victims, 1));
        var counter = default(Victims.Counter);
        _checks.That("a struct's", CallNext(ref counter, 1) == 7, counter.Value);
        _checks.That("with an out parameter", CallTryFind(victims, "ab", out string? found) && found == "ab?100", found);
        _checks.That("a private one of the class library", Environment.MachineName.Length > 0 && KindsOfTargets.NameCalls > 0, KindsOfTargets.NameCalls);
        _checks.That("a P/Invoke", CallNative() == -1, CallNative());
        Patch.UnpatchAll("kinds");
        _checks.That("all native again", CallAdd(victims, 1) == 101 && CallNative() == Environment.ProcessId && !CallTryFind(victims, "ab", out _));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static int CallAdd(Victims victims, int value) => victims.Add(value);

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static int CallNext(ref Victims.Counter counter, int step) => counter.Next(step);

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static bool CallTryFind(Victims victims, string key, out string? found) => victims.TryFind(key, out found);

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static int CallNative() => KindsOfTargets.getpid();

    private void Refusals()
    {
        Refused(typeof(WrongTargets.Missing), "has no method Nothing of its own");
        Refused(typeof(WrongTargets.NoType), "there is no type \"No.Such.Type\"");
        Refused(typeof(WrongTargets.NoAssembly), "there is no type \"X.Y, a=b=c, ,\"");
        Refused(typeof(WrongTargets.Wild), "has no method Twi* of its own");
        Refused(typeof(WrongTargets.Itself), "is the target itself");
        Refused(typeof(WrongTargets.Instance), "it is not static");
        Refused(typeof(WrongTargets.Signature), "parameter 1 (value) is System.Int32 in the target but System.Int64 in the replacement");
        Refused(typeof(WrongTargets.Field), "in the field StandOriginal");
        Refused(typeof(WrongTargets.Overloads), "none has the parameters that the attribute names");
        Refused(typeof(WrongTargets.Buffer), "a static method is entered differently");
        Refused(typeof(WrongTargets.Virtual), "is virtual");
        Refused(typeof(WrongTargets.Generic), "is generic");
        Refused(typeof(WrongTargets.Intrinsic), "is not compiled from IL");
        _checks.That("a good one beside a bad one", !Patch.HasAnyPatches("wrong") && Victims.Twice(2) == 4);

        PatchReport inlined = Patch.Methods(typeof(WrongTargets.Inlined), "inlined");
        _checks.That("a target that the class library's code has inlined", inlined.Rows is [{ Outcome: PatchOutcome.Late, Reason: { } reason }] && reason.Contains("has it inlined and is not redirected"), inlined.Rows[0].Reason);
        Patch.UnpatchAll("inlined");
    }

    private void Refused(Type type, string text)
    {
        try
        {
            Patch.Methods(type, "wrong");
            _checks.That(type.Name, false, "no exception");
        }
        catch (PatchException e)
        {
            _checks.That(type.Name, e.Message.Contains(text) && e.Message.Contains("WrongTargets") | e.Message.Contains("Victims") | e.Report is not null && !Patch.IsAnythingPatched, e.Message);
        }
    }

    /// <summary>A manifest of a user's own, beside Patchy's: a method has one patch, and the first to come has it.</summary>
    private void Beside()
    {
        string path = Path.Combine(Path.GetTempPath(), $"patchy-user-{Environment.ProcessId}.json");
        const string row = """{ "assembly": "System.Private.CoreLib", "type": "System.Threading.Thread", "member": "Sleep(System.Int32)", "action": "patch", "group": "time", "mechanism": "cell", "replacement": "Patchy.Scenarios.Patcher.Replacements.Sleep, Patchy.Scenarios" }""";
        File.WriteAllText(path, "{ \"version\": 1, \"patches\": [\n" + row + "\n] }");
        MethodInfo sleep = typeof(Thread).GetMethod("Sleep", [typeof(int)])!;
        try
        {
            PatchReport report = Patch.Manifest(path);
            Thread.Sleep(0);
            _checks.That("by a manifest", Replacements.SleepCalls == 1 && report.Rows is [{ Owner: var owner }] && owner == Path.GetFileName(path) && !Patch.IsPatched(PatchGroups.Time), Replacements.SleepCalls);
            try
            {
                Patch.All();
                _checks.That("taken", false);
            }
            catch (PatchException e)
            {
                _checks.That("Patchy's own does not go over it", e.Message.Contains("Undo that patch first") && Patch.GetPatchInfo(sleep)!.Owner == Path.GetFileName(path) && !Patch.IsPatched(PatchGroups.Dns), e.Message);
            }
            PatchEvents.WillPatchGroup += e =>
            {
                if (e.Owner == "patchy.time") e.Items.Remove(sleep);
            };
            try
            {
                Patch.All();
            }
            catch (PatchException e)
            {
                _checks.That("all are prepared first", e.Message.Contains("Undo that patch first"));
            }
            Patch.UnpatchAll(Path.GetFileName(path));
            PatchEvents.DidPatchBuiltin += _ => Patch.Manifest(path, "mine");
            Patch.All();
            Thread.Sleep(0);
            _checks.That("another replacement instead of Patchy's", Replacements.SleepCalls == 2 && Patch.GetPatchInfo(sleep)!.Owner == "mine" && Patch.IsPatched(PatchGroups.All), Replacements.SleepCalls);
            Patch.UndoAll();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [DllImport("libc")]
    private static extern int usleep(uint microseconds);
}
