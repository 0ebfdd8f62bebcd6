namespace Patchy.Scenarios.Patcher;

/// <summary>The public face: groups, idempotence, several threads at once, undo, and a manifest that is refused.</summary>
internal sealed class PatchApi : IScenario
{
    private readonly Checks _checks = new();

    public int Run(string[] args)
    {
        _checks.That("nothing is patched at first", Patch.Report is null && !Patch.IsPatched(PatchGroups.Time) && Patch.UndoAll().Rows.Count == 0);
        Refused();

        PatchReport time = Patch.Only(PatchGroups.Time);
        _checks.That("Only: these groups", time.Groups == PatchGroups.Time && Patch.IsPatched(PatchGroups.Time) && !Patch.IsPatched(PatchGroups.Time | PatchGroups.Thread), time.Groups);
        _checks.That("Only: no row of another group", time.Rows.All(row => row.Group == PatchGroups.Time));
        PatchReport again = Patch.Time();
        _checks.That("a second call finds nothing to do, and says the same", again.Result == PatchResult.NothingToDo && ReferenceEquals(time.Rows, again.Rows) && ReferenceEquals(time, Patch.Report));

        PatchReport more = Patch.Only(PatchGroups.Monitor);
        _checks.That("another group is added", more.Groups == (PatchGroups.Time | PatchGroups.Monitor) && more.Rows.Count > time.Rows.Count, more.Groups);
        _checks.That("Thread requires Time", Patch.UndoAll().Rows.Count == more.Rows.Count(row => row.Outcome != PatchOutcome.Refused) && Patch.Only(PatchGroups.Thread).Groups == (PatchGroups.Thread | PatchGroups.Time), Patch.Report!.Groups);

        var reports = new PatchReport[8];
        Patch.UndoAll();
        Native("all undone");
        var threads = new Thread[reports.Length];
        for (int i = 0; i < threads.Length; i++)
        {
            int mine = i;
            threads[i] = new Thread(() => reports[mine] = Patch.All());
        }
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        _checks.That("of eight threads at once one patches", reports.Count(report => report.Result == PatchResult.Patched) == 1 && reports.Count(report => report.Result == PatchResult.NothingToDo) == 7);
        _checks.That("eight threads at once get one table", reports.All(report => ReferenceEquals(report.Rows, reports[0].Rows)) && reports[0].Count(PatchOutcome.Applied) + reports[0].Count(PatchOutcome.Late) > 10);

        PatchReport undone = Patch.UndoAll();
        _checks.That("UndoAll undoes each row", undone.Rows.Count > 10 && undone.Count(PatchOutcome.Undone) == undone.Rows.Count, undone.Rows.Count);
        _checks.That("nothing is patched afterwards", Patch.Report is null && !Patch.IsPatched(PatchGroups.Time));
        Native("native after UndoAll");

        Patch.All();
        Green("green after a second All");
        Patch.UndoAll();
        OneByOne();
        return _checks.Finish();
    }

    /// <summary>A switch for each group, and a method for each; gevent's patch_thread and patch_socket bring more than their own.</summary>
    private void OneByOne()
    {
        Holds("All without Dns", Patch.All(o => o.Dns = false), PatchGroups.All & ~PatchGroups.Dns);
        Holds("All with File", Patch.All(o => o.File = true), PatchGroups.Everything);
        Holds("All by a list of its own", Patch.All(new PatchOptions { Groups = PatchGroups.None, Dns = true, Time = true }), PatchGroups.Dns | PatchGroups.Time);
        Holds("Thread", Patch.Thread(), PatchGroups.Time | PatchGroups.Thread | PatchGroups.Monitor | PatchGroups.Wait | PatchGroups.Task);
        Holds("Thread alone", Patch.Thread(locks: false, events: false), PatchGroups.Time | PatchGroups.Thread);
        Holds("Socket", Patch.Socket(), PatchGroups.Monitor | PatchGroups.Socket | PatchGroups.Dns);
        Holds("Socket without Dns", Patch.Socket(dns: false), PatchGroups.Monitor | PatchGroups.Socket);
        foreach ((PatchGroups group, Func<PatchReport> patch) in ((PatchGroups, Func<PatchReport>)[])
            [(PatchGroups.Time, Patch.Time), (PatchGroups.Monitor, Patch.Monitor), (PatchGroups.Wait, Patch.Wait), (PatchGroups.Task, Patch.Task), (PatchGroups.Dns, Patch.Dns), (PatchGroups.Select, Patch.Select),
             (PatchGroups.Process, Patch.Process), (PatchGroups.Pipe, Patch.Pipe), (PatchGroups.Console, Patch.Console), (PatchGroups.File, Patch.File)])
            _checks.That($"{group}", patch().Groups.HasFlag(group) && Patch.UndoAll() is not null && !Patch.IsPatched(group));
    }

    private void Holds(string name, PatchReport report, PatchGroups groups)
    {
        _checks.That(name, report.Result == PatchResult.Patched && report.Groups.HasFlag(groups) && (report.Groups & ~groups & (PatchGroups.Dns | PatchGroups.Time | PatchGroups.File)) == 0, report.Groups);
        Patch.UndoAll();
    }

    /// <summary>A thread that is started here stays native, and ours blocks while it sleeps.</summary>
    private void Native(string name)
    {
        Greenlet? seen = null;
        var thread = new Thread(() => seen = Greenlet.Running);
        thread.Start();
        thread.Join();
        _checks.That(name, seen is null);
    }

    private void Green(string name)
    {
        Greenlet? seen = null;
        var thread = new Thread(() => seen = Greenlet.Running);
        thread.Start();
        thread.Join();
        _checks.That(name, seen is not null);
    }

    private void Refused()
    {
        string path = Path.Combine(Path.GetTempPath(), $"patchy-{Environment.ProcessId}.json");
        const string good = """{ "assembly": "System.Private.CoreLib", "type": "System.Threading.Thread", "member": "Sleep(System.Int32)", "action": "patch", "group": "time", "mechanism": "cell", "replacement": "Patchy.Scenarios.Patcher.Replacements.Sleep, Patchy.Scenarios" }""";
        const string moved = """{ "assembly": "System.Private.CoreLib", "type": "System.Threading.Monitor", "member": "Wait(System.Object,System.Int16)", "action": "patch", "group": "monitor", "mechanism": "cell", "replacement": "Patchy.Scenarios.Patcher.Replacements.Wait, Patchy.Scenarios" }""";
        try
        {
            File.WriteAllText(path, "{ \"version\": 1, \"patches\": [\n" + good + ",\n" + moved + "\n] }");
            Expect(path, "line 3, System.Threading.Monitor.Wait(System.Object,System.Int16)");
            File.WriteAllText(path, "{ \"version\": 1, \"patches\": [\n" + good.Replace("Sleep(", "Slee*(") + "\n] }");
            Expect(path, "has no member of that name");
            File.WriteAllText(path, "{ \"version\": 1, \"patches\": [\n" + good.Replace("Replacements.Sleep", "Replacements.Slee*") + "\n] }");
            Expect(path, "no static method Slee*");
            File.WriteAllText(path, "{ \"version\": 1, \"patches\": [\n" + good);
            Expect(path, "line 2, column");
            File.Delete(path);
            Expect(path, "cannot be read");

            File.WriteAllText(path, "{ \"version\": 1, \"patches\": [\n" + good + "\n] }");
            PatchReport report = Patch.All(new PatchOptions { ManifestPath = path, Strict = true });
            Callers.Sleep(0);
            _checks.That("a manifest of the user's own", report.Rows.Count == 1 && Replacements.SleepCalls == 1, Replacements.SleepCalls);
            Patch.UndoAll();
            Callers.Sleep(0);
            _checks.That("and undone", Replacements.SleepCalls == 1, Replacements.SleepCalls);
            File.WriteAllText(path, "{ \"version\": 1, \"patches\": [\n" + good + ",\n" + moved + "\n] }");
            Expect(path, "line 3");
            Callers.Sleep(0);
            _checks.That("a refused manifest redirects nothing", Replacements.SleepCalls == 1, Replacements.SleepCalls);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private void Expect(string path, string text)
    {
        try
        {
            Patch.All(new PatchOptions { ManifestPath = path });
            _checks.That($"refused: {text}", false, "no exception");
        }
        catch (PatchException e)
        {
            bool untouched = Patch.Report is null && !Patch.IsPatched(PatchGroups.Time);
            _checks.That($"refused: {text}", e.Message.Contains(text) && e.Message.Contains("Nothing was patched") && untouched, e.Message);
        }
    }
}
