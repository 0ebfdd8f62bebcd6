namespace Patchy.Scenarios.Patcher;

/// <summary>Events and return values as gevent's: their order, vetoes for all and for one group, items, exceptions, the union and its one warning.</summary>
internal sealed class PatchEventsScenario : IScenario
{
    private readonly Checks _checks = new();
    private readonly List<string> _events = [];
    private readonly List<string> _warnings = [];

    public int Run(string[] args)
    {
        Patch.WarningSink = _warnings.Add;
        PatchEvents.WillPatchAll += e => _events.Add($"will all {e.Groups} {e.Options.Properties.Count}");
        PatchEvents.WillPatchGroup += e => _events.Add($"will {e.Owner} {e.Items.Count(Patch.IsPatched)}");
        PatchEvents.DidPatchGroup += e => _events.Add($"did {e.Owner} {e.Items.All(Patch.IsPatched)} {e.Group == PatchGroups.None || Patch.IsPatched(e.Group)}");
        PatchEvents.DidPatchBuiltin += e => _events.Add($"did builtin {e.Groups}");
        PatchEvents.DidPatchAll += e => _events.Add($"did all {ReferenceEquals(e.Report, Patch.Report)}");

        VetoForAll();
        VetoForOneGroup();
        TakenOut();
        Added();
        Order();
        Union();
        SubscribersPatch();
        OriginalsMeanwhile();
        AllWithinAll();
        return _checks.Finish();
    }

    /// <summary>gevent: False, and nothing is patched. Unlike there, the next call asks again.</summary>
    private void VetoForAll()
    {
        int later = 0;
        Action<WillPatchAllEvent> no = _ => throw new DoNotPatchException("not today"), after = _ => later++;
        PatchEvents.WillPatchAll += no;
        PatchEvents.WillPatchAll += after;
        PatchReport report = Patch.All();
        _checks.That("a veto for all", report.Result == PatchResult.Vetoed && report.Rows.Count == 0 && !Patch.IsAnythingPatched && later == 0, string.Join("; ", _events));
        PatchEvents.WillPatchAll -= no;
        PatchEvents.WillPatchAll -= after;
        _checks.That("asks again", Patch.All().Result == PatchResult.Patched);
        Undo();
    }

    /// <summary>gevent: the other modules go on. Here those that require the group are left out with it.</summary>
    private void VetoForOneGroup()
    {
        Action<WillPatchGroupEvent> no = e => { if (e.Group == PatchGroups.Time) throw new DoNotPatchException("time flies"); };
        PatchEvents.WillPatchGroup += no;
        PatchReport report = Patch.All();
        PatchReportRow sleep = report.Rows.Single(row => row.Target.EndsWith("Thread.Sleep(System.Int32)", StringComparison.Ordinal));
        PatchReportRow start = report.Rows.Single(row => row.Target.EndsWith("StartCore()", StringComparison.Ordinal));
        _checks.That("a veto for a group", report.Result == PatchResult.Patched && sleep is { Outcome: PatchOutcome.Vetoed, Reason: "time flies", Owner: null }, sleep.Reason);
        _checks.That("goes for what requires it", start.Outcome == PatchOutcome.Vetoed && start.Reason!.Contains("requires the group time"), start.Reason);
        _checks.That("and for nothing else", Patch.IsPatched(PatchGroups.Socket | PatchGroups.Dns) && !Patch.IsPatched(PatchGroups.Time) && !Patch.IsPatched(PatchGroups.Thread), report.Groups);
        Greenlet? seen = null;
        var thread = new Thread(() => seen = Greenlet.Running);
        thread.Start();
        thread.Join();
        _checks.That("threads stay native then", seen is null);
        _checks.That("the same call again does not ask again, as gevent's", Patch.All().Result == PatchResult.NothingToDo);
        PatchEvents.WillPatchGroup -= no;
        _checks.That("a method of its own does", Patch.Thread().Result == PatchResult.Patched && Patch.IsPatched(PatchGroups.Time | PatchGroups.Thread) && Patch.Report!.Count(PatchOutcome.Vetoed) == 0);
        Undo();
        Action<WillPatchGroupEvent> none = _ => throw new DoNotPatchException();
        PatchEvents.WillPatchGroup += none;
        _checks.That("all groups vetoed one by one", Patch.All().Result == PatchResult.Vetoed && !Patch.IsAnythingPatched && Patch.Time().Result == PatchResult.Vetoed);
        PatchEvents.WillPatchGroup -= none;
        Undo();
    }

    private void TakenOut()
    {
        Action<WillPatchGroupEvent> some = e => e.Items.Remove(typeof(Thread).GetMethod("Yield")!);
        PatchEvents.WillPatchGroup += some;
        PatchReport report = Patch.Time();
        PatchEvents.WillPatchGroup -= some;
        PatchReportRow yield = report.Rows.Single(row => row.Target.EndsWith("Thread.Yield()", StringComparison.Ordinal));
        _checks.That("an item that is taken out", yield.Outcome == PatchOutcome.Vetoed && Patch.IsPatched(PatchGroups.Time) && report.Count(PatchOutcome.Applied) > 0, yield.Reason);
        _checks.That("is what it was", !Patch.IsPatched(typeof(Thread).GetMethod("Yield")!) && Patch.GetPatchInfo(typeof(Thread).GetMethod("Yield")!)!.Outcome == PatchOutcome.Vetoed);
        Undo();
    }

    private void Added()
    {
        Action<WillPatchGroupEvent> more = e => e.Items.Add(typeof(Math).GetMethod("BigMul", [typeof(int), typeof(int)])!);
        PatchEvents.WillPatchGroup += more;
        try
        {
            Patch.Time();
            _checks.That("an item that is added", false);
        }
        catch (PatchException e)
        {
            _checks.That("an item that is added", e.Message.Contains("BigMul") && !Patch.IsAnythingPatched, e.Message);
        }
        PatchEvents.WillPatchGroup -= more;
    }

    private void Order()
    {
        _events.Clear();
        var options = new PatchOptions { Groups = PatchGroups.None, Thread = true, Dns = true };
        options.Properties["mylib_futures"] = true;
        Patch.All(options);
        string[] expected = ["will all Thread, Dns 1", "will patchy.time 0", "did patchy.time True True", "will patchy.thread 0", "did patchy.thread True True", "will patchy.dns 0", "did patchy.dns True True",
            "did builtin Time, Thread, Dns", "did all True"];
        _checks.That("the order of events", _events.SequenceEqual(expected), string.Join("; ", _events));
        _events.Clear();
        Patch.Monitor();
        _checks.That("a method for a group has no events for all", _events.SequenceEqual(["will patchy.monitor 0", "did patchy.monitor True True"]), string.Join("; ", _events));
        Undo();
    }

    /// <summary>gevent: [V] union, one warning; turned off later: nothing and no events; identical: silent.</summary>
    private void Union()
    {
        Patch.All(o => o.Groups = PatchGroups.Time);
        _warnings.Clear();
        _checks.That("identical options", Patch.All(o => o.Groups = PatchGroups.Time).Result == PatchResult.NothingToDo && _warnings.Count == 0);
        PatchReport both = Patch.All(o => o.Groups = PatchGroups.Dns);
        _checks.That("the union, with one warning", both.Groups == (PatchGroups.Time | PatchGroups.Dns) && _warnings.Count == 1 && _warnings[0].StartsWith("Patching more than once results in the union", StringComparison.Ordinal)
            && both.Warnings.SequenceEqual(_warnings), string.Join("; ", _warnings));
        _events.Clear();
        _warnings.Clear();
        PatchReport less = Patch.All(o => o.Groups = PatchGroups.Time);
        _checks.That("less than before", less.Result == PatchResult.NothingToDo && _events.Count == 0 && _warnings.Count == 1 && Patch.IsPatched(PatchGroups.Dns), string.Join("; ", _warnings));
        _checks.That("identical to the union", Patch.All(o => o.Groups = PatchGroups.Time | PatchGroups.Dns).Warnings.Count == 0);
        Undo();
        _warnings.Clear();
        Patch.All(o => o.Groups = PatchGroups.Process);
        _checks.That("process without wait", _warnings.Count == 1 && _warnings[0].StartsWith("Patched process without wait", StringComparison.Ordinal), string.Join("; ", _warnings));
        Undo();
        _warnings.Clear();
        var elsewhere = new Thread(() => Patch.All());
        elsewhere.Start();
        elsewhere.Join();
        _checks.That("off the main thread", _warnings.Count(w => w.Contains("not on the main thread")) == 1, string.Join("; ", _warnings));
        Undo();
    }

    private void SubscribersPatch()
    {
        PatchReport? inner = null, same = null;
        Exception? undo = null;
        Action<DidPatchBuiltinEvent> more = _ => inner = Patch.Methods(typeof(UserTargets), "plug-in");
        Action<WillPatchGroupEvent> again = e =>
        {
            if (e.Group == PatchGroups.Time) same = Patch.Socket(dns: false);
            try
            {
                Patch.UndoAll();
            }
            catch (InvalidOperationException x)
            {
                undo = x;
            }
        };
        PatchEvents.DidPatchBuiltin += more;
        PatchEvents.WillPatchGroup += again;
        PatchReport report = Patch.All();
        PatchEvents.DidPatchBuiltin -= more;
        PatchEvents.WillPatchGroup -= again;
        _checks.That("a subscriber patches its own", inner!.Result == PatchResult.Patched && UserTargets.Call(1) == -2 && Patch.HasAnyPatches("plug-in") && report.Rows.Any(row => row.Owner == "plug-in"));
        _checks.That("what is under way is nothing to do for it", same!.Result == PatchResult.NothingToDo && Patch.IsPatched(PatchGroups.Socket));
        _checks.That("it cannot undo", undo is not null && Patch.IsPatched(PatchGroups.All), undo?.Message);
        Undo();
        _checks.That("UndoAll takes users' patches too", UserTargets.Call(1) == 2);
    }

    /// <summary>Every cell is prepared and none is written when the subscribers run: what they get must not be the entry that is about to be redirected.</summary>
    private void OriginalsMeanwhile()
    {
        System.Reflection.MethodInfo plain = typeof(Asked).GetMethod(nameof(Asked.Plain))!;
        Func<int, int>? will = null, did = null;
        Action<WillPatchGroupEvent> before = _ => will = Patch.GetOriginal<Func<int, int>>(plain);
        Action<DidPatchGroupEvent> after = _ => did = Patch.GetOriginal<Func<int, int>>(plain);
        PatchEvents.WillPatchGroup += before;
        PatchEvents.DidPatchGroup += after;
        Patch.Methods(typeof(Asked));
        PatchEvents.WillPatchGroup -= before;
        PatchEvents.DidPatchGroup -= after;
        _checks.That("an original that a subscriber asked for", Asked.Plain(1) == -1 && will!(1) == 1 && did!(1) == 1 && Patch.GetOriginal<Func<int, int>>(plain)(1) == 1, will!(1));
        Undo();
        _checks.That("and after the undo", Asked.Plain(1) == 1 && will(1) == 1);
    }

    /// <summary>A library that makes sure that all is patched may do so wherever it is called from.</summary>
    private void AllWithinAll()
    {
        PatchReport? inner = null, time = null, duringGroup = null;
        Action<WillPatchAllEvent> again = _ => inner = Patch.All();
        Action<WillPatchGroupEvent> inGroup = _ => duringGroup ??= Patch.All();
        PatchEvents.WillPatchAll += again;
        PatchEvents.WillPatchGroup += inGroup;
        PatchReport outer = Patch.All();
        _checks.That("All by a subscriber of All", inner!.Result == PatchResult.NothingToDo && outer.Result == PatchResult.Patched && Patch.IsPatched(PatchGroups.All) && _events.Count(text => text.StartsWith("will all", StringComparison.Ordinal)) == 1,
            string.Join("; ", _events));
        _checks.That("and by one of a group", duringGroup!.Result == PatchResult.NothingToDo && Patch.All().Result == PatchResult.NothingToDo);
        Undo();

        // Less than the subscriber's: the subscriber's call announces the rest, and the outer one does what is left.
        inner = null;
        outer = Patch.All(o => o.Groups = PatchGroups.Time);
        _checks.That("All by a subscriber of less", inner!.Result == PatchResult.Patched && outer.Result == PatchResult.Patched && Patch.IsPatched(PatchGroups.All), outer.Groups);
        PatchEvents.WillPatchAll -= again;
        PatchEvents.WillPatchGroup -= inGroup;
        Undo();

        // A subscriber may patch one group and prevent the others; the next call asks again.
        Action<WillPatchAllEvent> only = _ =>
        {
            inner = Patch.All();
            time = Patch.Time();
            throw new DoNotPatchException("time is enough");
        };
        PatchEvents.WillPatchAll += only;
        outer = Patch.All();
        PatchEvents.WillPatchAll -= only;
        _checks.That("a veto after it", outer.Result == PatchResult.Vetoed && inner.Result == PatchResult.NothingToDo && time!.Result == PatchResult.Patched && Patch.IsPatched(PatchGroups.Time) && !Patch.IsPatched(PatchGroups.Dns));
        _checks.That("asks again", Patch.All().Result == PatchResult.Patched && Patch.IsPatched(PatchGroups.All));
        Undo();
    }

    internal static class Asked
    {
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        public static int Plain(int value) => value;

        [PatchTarget(typeof(Asked), nameof(Plain))]
        public static int Stand(int value) => -value;
    }

    private void Undo()
    {
        Patch.UndoAll();
        _events.Clear();
    }
}
