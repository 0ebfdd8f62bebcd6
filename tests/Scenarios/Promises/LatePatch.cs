namespace Patchy.Scenarios.Promises;

/// <summary>User code has run hot for a while before Patch.All: threads that run stay native, what comes later is green, and nothing breaks.</summary>
internal sealed class LatePatch : IScenario
{
    private static int s_rounds;

    public int Run(string[] args)
    {
        var checks = new Checks();
        bool stop = false;
        object gate = new();
        using var set = new AutoResetEvent(false);
        Thread[] early = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref stop)) Round(gate, set);
        }))];
        foreach (Thread t in early) t.Start();
        for (int i = 0; i < 300; i++) Round(gate, set);
        Thread.Sleep(200); // tier-up
        for (int i = 0; i < 300; i++) Round(gate, set);

        PatchReport report = Patch.All();
        checks.That("the report tells", report.Rows.Count > 0, $"{report.Count(PatchOutcome.Applied)} applied, {report.Count(PatchOutcome.Late)} late, {report.Count(PatchOutcome.Refused)} refused");

        int ticks = 0, rounds = s_rounds;
        var ticker = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                ticks++;
                Thread.Sleep(1);
            }
        });
        ticker.Start();
        for (int turn = 0; turn < 100 && ticks <= 20; turn++) Thread.Sleep(100); // once, but where the machine is slow
        checks.That("Sleep lets the new green thread run", ticks > 20, ticks);
        List<Thread> late = [];
        int before = ticks;
        for (int turn = 0; turn == 0 || (turn < 100 && ticks == before); turn++) // once, but where the machine is so fast that it is done before the next tick
        {
            Thread[] some = [.. Enumerable.Range(0, 20).Select(_ => new Thread(() =>
            {
                for (int i = 0; i < 50; i++) Round(gate, set);
            }))];
            foreach (Thread t in some) t.Start();
            foreach (Thread t in some) t.Join();
            late.AddRange(some);
        }

        checks.That("the ticker ran meanwhile", ticks > before, ticks - before);
        checks.That("the early threads went on", s_rounds > rounds + (late.Count * 50), s_rounds - rounds - (late.Count * 50));
        Volatile.Write(ref stop, true);
        foreach (Thread t in early) t.Join();
        ticker.Join();
        checks.That("all ended", early.Concat(late).All(t => !t.IsAlive));
        return checks.Finish();
    }

    private static void Round(object gate, AutoResetEvent set)
    {
        lock (gate)
        {
            Monitor.Wait(gate, 0);
            Monitor.Pulse(gate);
        }

        set.Set();
        set.WaitOne(1);
        Thread.Yield();
        Thread.Sleep(0);
        using var slim = new SemaphoreSlim(1);
        slim.Wait();
        Task.CompletedTask.Wait();
        Interlocked.Increment(ref s_rounds);
    }
}
