namespace Patchy.Scenarios.Promises;

/// <summary>After UndoAll every method is native again: threads have kernel threads and keep them in every kind of wait. And it can be patched again.</summary>
internal sealed class Undo : IScenario
{
    public int Run(string[] args)
    {
        var checks = new Checks();
        checks.That("nothing to undo", Patch.UndoAll().Rows.Count == 0);
        for (int round = 1; round <= 3; round++)
        {
            _ = Patch.All();
            int green = KernelThreadsOfTwenty();
            checks.That($"{round}: green when patched", green <= 8, green);
            PatchReport undone = Patch.UndoAll();
            checks.That($"{round}: undone", undone.Rows.Count > 0 && undone.Rows.All(r => r.Outcome == PatchOutcome.Undone), undone.Rows.FirstOrDefault(r => r.Outcome != PatchOutcome.Undone)?.Reason);
            checks.That($"{round}: no report", Patch.Report is null);
            int native = KernelThreadsOfTwenty();
            checks.That($"{round}: native when undone", native >= 15, native);
        }

        return checks.Finish();
    }

    /// <summary>How many more kernel threads there are while twenty new threads wait.</summary>
    private static int KernelThreadsOfTwenty()
    {
        using var go = new ManualResetEventSlim();
        using var set = new ManualResetEvent(false);
        object gate = new();
        Action[] waits = [() => go.Wait(), () => set.WaitOne(), () => { lock (gate) { } }, () => Thread.Sleep(300), () => Task.Delay(300).Wait()];
        int before = Vitals.KernelThreads;
        Thread[] threads = [.. Enumerable.Range(0, 20).Select(n => new Thread(() => waits[n % waits.Length]()))];
        int more;
        lock (gate)
        {
            foreach (Thread t in threads) t.Start();
            Thread.Sleep(100);
            more = Vitals.KernelThreads - before;
        }

        go.Set();
        set.Set();
        foreach (Thread t in threads) t.Join();
        return more;
    }
}
