using System.Reflection;
using System.Runtime.InteropServices;

namespace Patchy.Scenarios.Patcher;

/// <summary>IsPatched, GetPatchInfo, GetOriginal before, during and after; Unpatch with dependents; hits; what was there before.</summary>
internal sealed class PatchQueries : IScenario
{
    private static readonly MethodInfo s_sleep = typeof(Thread).GetMethod("Sleep", [typeof(int)])!;
    private static readonly MethodInfo s_join = typeof(Thread).GetMethod("Join", [typeof(int)])!;
    private readonly Checks _checks = new();

    public int Run(string[] args)
    {
        Patch.WarningSink = _ => { };
        Action<int> before = Patch.GetOriginal<Action<int>>(() => Thread.Sleep(0));
        Func<Thread, int, bool> join = Patch.GetOriginal<Func<Thread, int, bool>>(s_join);
        using var stop = new ManualResetEvent(false);
        var early = new Thread(() => stop.WaitOne()) { Name = "early bird", IsBackground = true };
        early.Start();
        while (early.ThreadState.HasFlag(ThreadState.Unstarted) || !early.ThreadState.HasFlag(ThreadState.WaitSleepJoin)) _ = usleep(1000); // not by Sleep: that would be late then, and its count not exact
        _checks.That("nothing yet", !Patch.IsAnythingPatched && !Patch.IsPatched(s_sleep) && Patch.GetPatchInfo(s_sleep) is { Outcome: PatchOutcome.Skipped, Owner: null });

        PatchReport report = Patch.All(new PatchOptions { CountHits = true });
        PatchReportThread? bird = report.Threads.SingleOrDefault(thread => thread.Name == "early bird");
        _checks.That("a thread that was there before, and its call", bird is { IsRuntimes: false, Call: "futex" }, bird);
        _checks.That("the finalizer is the runtime's", report.Threads.Any(thread => thread is { Name: ".NET Finalizer", IsRuntimes: true }));

        _checks.That("Yield is inlined in the pool's own loops, and nothing of another assembly anywhere",
            report.InlinedCallers.Any(text => text.StartsWith("Thread.Yield()", StringComparison.Ordinal) && text.Contains("WorkerThread")) && !report.InlinedCallers.Any(text => text.Contains("of other assemblies")), string.Join("; ", report.InlinedCallers));
        Infos(report);
        Originals(before, join);
        Hits(report);
        Carried(report);
        stop.Set();
        early.Join();
        Undoing();
        before(0);
        _checks.That("an original outlives its patch", Patch.GetOriginal<Action<int>>(s_sleep) is not null && !Patch.IsAnythingPatched);
        return _checks.Finish();
    }

    private void Infos(PatchReport report)
    {
        PatchReportRow sleep = Patch.GetPatchInfo(s_sleep)!;
        _checks.That("GetPatchInfo", sleep is { Owner: "patchy.time", Group: PatchGroups.Time, Mechanism: "cell" } && sleep.Outcome is PatchOutcome.Applied or PatchOutcome.Late
            && sleep.Replacement!.EndsWith(", Patchy.Hub", StringComparison.Ordinal), sleep.Replacement);
        PatchReportRow start = Patch.GetPatchInfo(typeof(Thread).GetMethod("Start", Type.EmptyTypes)!)!;
        _checks.That("inherited", start is { Outcome: PatchOutcome.Inherited, Owner: null } && !Patch.IsPatched(typeof(Thread).GetMethod("Start", Type.EmptyTypes)!), start.Reason);
        _checks.That("the report has it too", report.Inherited.Any(row => row.Target == start.Target) && report.Inherited.All(row => row.Outcome == PatchOutcome.Inherited), report.Inherited.Count);
        _checks.That("unknown", Patch.GetPatchInfo(typeof(PatchQueries).GetMethod("Run")!) is null && !Patch.IsPatched(typeof(PatchQueries).GetMethod("Run")!));
        var dynamic = new System.Reflection.Emit.DynamicMethod("Emitted", typeof(void), []);
        _checks.That("a method that has no handle", Patch.GetPatchInfo(dynamic) is null && !Patch.IsPatched(dynamic) && Patch.Unpatch(dynamic) is { Rows.Count: 0, Result: PatchResult.NothingToDo });
        _checks.That("owners", Patch.HasAnyPatches("patchy.socket") && !Patch.HasAnyPatches("patchy.file") && !Patch.HasAnyPatches("nobody"));
    }

    /// <summary>On a green thread the original blocks the whole hub; the patched method lets the others run.</summary>
    private void Originals(Action<int> before, Func<Thread, int, bool> join)
    {
        Action<int> after = Patch.GetOriginal<Action<int>>(s_sleep);
        int turns = 0;
        bool stop = false, started = false;
        var sleeper = new Thread(() =>
        {
            started = true;
            while (!stop)
            {
                turns++;
                Thread.Sleep(1);
            }
        });
        sleeper.Start();
        while (!Volatile.Read(ref started)) Thread.Sleep(1);
        foreach ((string name, Action<int> original) in (ReadOnlySpan<(string, Action<int>)>)[("got before the patch", before), ("got after it", after)])
        {
            int blocked = int.MaxValue;
            for (int attempt = 0; attempt < 50 && blocked > 0; attempt++) // the monitor may move the hub to another carrier, but not within 10 ms each time
            {
                Thread.Sleep(1); // back to the hub, if the monitor has taken it from us
                int from = Volatile.Read(ref turns);
                original(10); // were it cooperative, the sleeper would have its turn in each attempt: its time comes first
                blocked = Volatile.Read(ref turns) - from;
            }
            _checks.That($"an original {name} blocks", blocked == 0, blocked);
        }
        int seen = turns;
        for (int i = 0; i < 100 && turns - seen < 5; i++) Thread.Sleep(20);
        _checks.That("the method itself does not", turns - seen >= 5, turns - seen);
        stop = true;
        sleeper.Join();
        _checks.That("an original of an instance method", join(sleeper, 1000));
        Refused("a delegate that does not fit", () => Patch.GetOriginal<Action<long>>(s_sleep), "parameter 1");
        Refused("a hidden buffer behind one field", () => Patch.GetOriginal<Func<WrongTargets.HasLarge, WrongTargets.Large>>(typeof(WrongTargets.HasLarge).GetMethod("Get")!), "entered differently");
        Refused("a virtual method", () => Patch.GetOriginal<Func<object, string>>(typeof(object).GetMethod("ToString")!), "Call the method itself");
    }

    private void Hits(PatchReport report)
    {
        PatchReportRow sleep = report.Rows.Single(row => row.Target == "System.Threading.Thread.Sleep(System.Int32)");
        long before = sleep.Hits!.Value;
        for (int i = 0; i < 1000; i++) Thread.Sleep(0);
        var threads = new Thread[4];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(() =>
            {
                for (int n = 0; n < 1000; n++) Thread.Sleep(0);
            });
            threads[i].Start();
        }
        foreach (Thread thread in threads) thread.Join();
        Parallel.For(0, 4000, _ => Thread.Sleep(0)); // native threads count too
        _checks.That("each call is counted", sleep.Hits - before >= 9000, sleep.Hits - before);
        _checks.That("and no call that was not made", sleep.Hits - before < 9500, sleep.Hits - before);
        _checks.That("GC meanwhile", Collected());
        _checks.That("rows that nobody called have none", report.Rows.Any(row => row.Hits == 0) && report.ToString().Contains("hits"));
    }

    /// <summary>Threads that were there before the patch and warnings are as true after an undo.</summary>
    private void Carried(PatchReport report)
    {
        Patch.Unpatch(PatchGroups.Console);
        PatchReport now = Patch.Report!;
        _checks.That("what an undo leaves of the report", !ReferenceEquals(now, report) && now.Threads.Any(thread => thread.Name == "early bird") && now.Warnings.Count > 0 && now.Warnings.SequenceEqual(report.Warnings)
            && now.Elapsed == report.Elapsed && now.LockContentions == report.LockContentions, $"{now.Threads.Count} threads, {now.Warnings.Count} warnings");
        _checks.That("its groups and rows are of now", !now.Groups.HasFlag(PatchGroups.Console) && now.Count(PatchOutcome.Undone) > 0 && Patch.All().Result == PatchResult.Patched);
    }

    private static bool Collected()
    {
        bool stop = false;
        Thread[] callers = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                Thread.Sleep(0);
                Thread.Yield();
            }
        }))];
        foreach (Thread caller in callers) caller.Start();
        for (int i = 0; i < 50; i++)
        {
            GC.Collect();
            Thread.Sleep(1);
        }
        Volatile.Write(ref stop, true);
        foreach (Thread caller in callers) caller.Join();
        return true;
    }

    private void Undoing()
    {
        Refused("Unpatch(time) while thread needs it", () => Patch.Unpatch(PatchGroups.Time), "cannot do without time");
        Refused("Unpatch(Sleep) while thread needs it", () => Patch.Unpatch(s_sleep), "cannot do without time");
        _checks.That("nothing was undone", Patch.IsPatched(PatchGroups.All));
        PatchReport both = Patch.Unpatch(PatchGroups.Time | PatchGroups.Thread | PatchGroups.Wait | PatchGroups.Task);
        _checks.That("both", both.Count(PatchOutcome.Undone) == both.Rows.Count && both.Rows.Count > 5 && !Patch.IsPatched(PatchGroups.Time) && Patch.IsPatched(PatchGroups.Dns) && !Patch.IsPatched(s_sleep), both.Rows.Count);
        _checks.That("the report says so", Patch.Report!.Rows.Count(row => row.Outcome == PatchOutcome.Undone) == both.Rows.Count && Patch.GetPatchInfo(s_sleep)!.Outcome == PatchOutcome.Undone);
        _checks.That("All patches it again", Patch.All().Result == PatchResult.Patched && Patch.IsPatched(PatchGroups.All) && Patch.Report!.Count(PatchOutcome.Undone) == 0);
        PatchReport dns = Patch.UnpatchAll("patchy.dns");
        _checks.That("by owner", dns.Rows.Count > 0 && dns.Rows.All(row => row.Group == PatchGroups.Dns) && !Patch.HasAnyPatches("patchy.dns") && !Patch.IsPatched(PatchGroups.Dns));
        _checks.That("one method that nobody needs", Patch.Unpatch(typeof(System.Net.Sockets.Socket).Assembly.GetType("System.Net.Sockets.SocketPal")!.GetMethod("Poll", BindingFlags.Static | BindingFlags.Public)!).Rows is [{ Outcome: PatchOutcome.Undone }]);
        _checks.That("a method that is not patched", Patch.Unpatch(typeof(PatchQueries).GetMethod("Run")!) is { Rows.Count: 0, Result: PatchResult.NothingToDo });
        Patch.UndoAll();
    }

    private void Refused(string name, Action call, string text)
    {
        try
        {
            call();
            _checks.That(name, false, "no exception");
        }
        catch (Exception e) when (e is PatchException or ArgumentException or NotSupportedException)
        {
            _checks.That(name, e.Message.Contains(text), e.Message);
        }
    }

    [DllImport("libc")]
    private static extern int usleep(uint microseconds);
}
