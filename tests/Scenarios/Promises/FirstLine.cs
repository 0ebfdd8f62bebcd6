namespace Patchy.Scenarios.Promises;

/// <summary>
/// Patch.All as the first line of the very method that later joins, waits and yields: without tiering that method is compiled once, before
/// the patch, with the native calls inlined into it.
/// </summary>
internal sealed class FirstLine : IScenario
{
    private const int Blocked = 250; // milliseconds: nearly every machine gives the other five turns in them
    private const int Rounds = 40; // for one that does not: a call that keeps the carrier does so in each

    public int Run(string[] args)
    {
        _ = Patch.All();
        var checks = new Checks();
        int turns = 0;
        bool stop = false;
        var other = new Thread(() =>
        {
            while (!stop)
            {
                turns++;
                Thread.Sleep(1);
            }
        });
        other.Start();

        int before = turns;
        for (int i = 0; i < Rounds && turns <= before + 5; i++) Thread.Sleep(Blocked);
        checks.That("Sleep lets others run", turns > before + 5, turns - before);

        before = turns;
        object gate = new();
        lock (gate)
        {
            for (int i = 0; i < Rounds && turns <= before + 5; i++) Monitor.Wait(gate, Blocked);
        }
        checks.That("Monitor.Wait lets others run", turns > before + 5, turns - before);

        before = turns;
        var sleeper = new Thread(() =>
        {
            for (int i = 0; i < Rounds && (i == 0 || turns <= before + 5); i++) Thread.Sleep(Blocked);
        });
        sleeper.Start();
        bool timedOut = sleeper.Join(20);
        sleeper.Join();
        checks.That("Join lets others run", !timedOut && turns > before + 5, turns - before);

        before = turns;
        using var set = new ManualResetEvent(false);
        for (int i = 0; i < Rounds && turns <= before + 5; i++) set.WaitOne(Blocked);
        WaitHandle.WaitAny([set], 20);
        checks.That("WaitOne lets others run", turns > before + 5, turns - before);

        before = turns;
        for (int i = 0; i < Rounds && turns <= before + 5; i++) Task.Delay(Blocked).Wait();
        checks.That("Task.Wait lets others run", turns > before + 5, turns - before);

        before = turns;
        using var slim = new SemaphoreSlim(0);
        for (int i = 0; i < Rounds && turns <= before + 5; i++) slim.Wait(Blocked);
        checks.That("SemaphoreSlim.Wait lets others run", turns > before + 5, turns - before);

        before = turns;
        for (long until = Environment.TickCount64 + 20_000; Environment.TickCount64 < until && turns == before;) Thread.Yield();
        checks.That("Yield lets others run", turns > before, turns - before);

        using var held = new ManualResetEventSlim();
        var owner = new Thread(() =>
        {
            lock (gate)
            {
                held.Set();
                for (int i = 0; i < Rounds && (i == 0 || turns <= before + 5); i++) Thread.Sleep(Blocked);
            }
        });
        owner.Start();
        held.Wait();
        before = turns;
        lock (gate) checks.That("lock lets others run", turns > before + 5, turns - before);

        stop = true;
        other.Join();
        owner.Join();
        checks.That("states", !other.IsAlive && other.ThreadState == ThreadState.Stopped);
        return checks.Finish();
    }
}
