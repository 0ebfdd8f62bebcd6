namespace Patchy.Scenarios.Promises;

/// <summary>
/// System.Threading.Lock keeps the id of the kernel thread. Kernel ids are reused when threads come and go, and green threads have no kernel
/// thread of their own: two of them must never be taken for one.
/// </summary>
internal sealed class LockChurn : IScenario
{
    public int Run(string[] args)
    {
        _ = Patch.All();
        int generations = Begin.Number(args, 0, 30);
        var checks = new Checks();
        var gate = new Lock();
        int inside = 0, worst = 0, entries = 0, wrongOwner = 0;
        void Use()
        {
            for (int i = 0; i < 3; i++)
            {
                if (gate.IsHeldByCurrentThread) Interlocked.Increment(ref wrongOwner);
                lock (gate)
                {
                    worst = Math.Max(worst, ++inside);
                    if (i == 1) Thread.Sleep(1);
                    else Thread.Yield();
                    entries++;
                    inside--;
                }
            }
        }

        bool stop = false;
        int churned = 0;
        // Pool threads start native ones: their kernel ids go round.
        Task[] churners = [.. Enumerable.Range(0, 2).Select(_ => Vitals.Native(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                var t = new Thread(Use);
                t.Start();
                t.Join();
                Thread.Sleep(1); // without a pause greenlets get the lock by the runtime's rule against starvation only, a tenth of a second each time
                Interlocked.Increment(ref churned);
            }
        }))];
        for (int g = 0; g < generations; g++)
        {
            Thread[] green = [.. Enumerable.Range(0, 40).Select(_ => new Thread(Use))];
            foreach (Thread t in green) t.Start();
            foreach (Thread t in green) t.Join();
        }

        Volatile.Write(ref stop, true);
        Task.WaitAll(churners);
        checks.That("never two inside", worst == 1, worst);
        checks.That("nobody was taken for the owner", wrongOwner == 0, wrongOwner);
        checks.That("all entered", entries == ((generations * 40) + churned) * 3, $"{entries} entries, {churned} native threads came and went");
        return checks.Finish();
    }
}
