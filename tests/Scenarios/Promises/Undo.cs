namespace Patchy.Scenarios.Promises;

/// <summary>After UndoAll every method is native again: threads have kernel threads and keep them in every kind of wait. And it can be patched again.</summary>
internal sealed class Undo : IScenario
{
    private const int MostOfGreenThreads = 8;
    private const int LeastOfNativeThreads = 15;

    public int Run(string[] args)
    {
        var checks = new Checks();
        checks.That("nothing to undo", Patch.UndoAll().Rows.Count == 0);
        for (int round = 1; round <= 3; round++)
        {
            _ = Patch.All();
            int green = KernelThreadsOfTwenty(n => n <= MostOfGreenThreads);
            checks.That($"{round}: green when patched", green <= MostOfGreenThreads, green);
            PatchReport undone = Patch.UndoAll();
            checks.That($"{round}: undone", undone.Rows.Count > 0 && undone.Rows.All(r => r.Outcome == PatchOutcome.Undone), undone.Rows.FirstOrDefault(r => r.Outcome != PatchOutcome.Undone)?.Reason);
            checks.That($"{round}: no report", Patch.Report is null);
            int native = KernelThreadsOfTwenty(n => n >= LeastOfNativeThreads);
            checks.That($"{round}: native when undone", native >= LeastOfNativeThreads, native);
        }

        return checks.Finish();
    }

    /// <summary>How many more kernel threads there are while twenty new threads wait. Counted again until it is as expected: a thread on its way in or out spoils some looks, and a wrong kind of thread each.</summary>
    private static int KernelThreadsOfTwenty(Func<int, bool> expected)
    {
        using var go = new ManualResetEventSlim();
        using var set = new ManualResetEvent(false);
        object gate = new();
        bool counted = false;
        int begun = 0;
        Action[] waits =
        [
            () => go.Wait(), () => set.WaitOne(), () => { lock (gate) { } },
            () => { while (!Volatile.Read(ref counted)) Thread.Sleep(300); },
            () => { while (!Volatile.Read(ref counted)) Task.Delay(300).Wait(); },
        ];
        int before = Vitals.KernelThreads;
        Thread[] threads = [.. Enumerable.Range(0, 20).Select(n => new Thread(() =>
        {
            Interlocked.Increment(ref begun);
            waits[n % waits.Length]();
        }))];
        int more;
        lock (gate)
        {
            foreach (Thread t in threads) t.Start();
            while (Volatile.Read(ref begun) < threads.Length) Thread.Sleep(1);
            Thread.Sleep(100);
            more = Vitals.KernelThreads - before;
            for (int look = 0; look < 100 && !expected(more); look++)
            {
                Thread.Sleep(20);
                more = Vitals.KernelThreads - before;
            }
        }

        Volatile.Write(ref counted, true);
        go.Set();
        set.Set();
        foreach (Thread t in threads) t.Join();
        return more;
    }
}
