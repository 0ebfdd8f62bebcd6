namespace Patchy.Scenarios.Promises;

/// <summary>
/// Patch.All as the first line of the very method that later joins, waits and yields: without tiering that method is compiled once, before
/// the patch, with the native calls inlined into it.
/// </summary>
internal sealed class FirstLine : IScenario
{
    private const int Blocked = 250; // milliseconds: even a loaded machine gives the other five turns in them

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
        Thread.Sleep(Blocked);
        checks.That("Sleep lets others run", turns > before + 5, turns - before);

        before = turns;
        object gate = new();
        lock (gate) Monitor.Wait(gate, Blocked);
        checks.That("Monitor.Wait lets others run", turns > before + 5, turns - before);

        var sleeper = new Thread(() => Thread.Sleep(Blocked));
        sleeper.Start();
        before = turns;
        bool timedOut = sleeper.Join(20);
        sleeper.Join();
        checks.That("Join lets others run", !timedOut && turns > before + 5, turns - before);

        before = turns;
        using var set = new ManualResetEvent(false);
        set.WaitOne(Blocked);
        WaitHandle.WaitAny([set], 20);
        checks.That("WaitOne lets others run", turns > before + 5, turns - before);

        before = turns;
        Task.Delay(Blocked).Wait();
        checks.That("Task.Wait lets others run", turns > before + 5, turns - before);

        before = turns;
        using var slim = new SemaphoreSlim(0);
        slim.Wait(Blocked);
        checks.That("SemaphoreSlim.Wait lets others run", turns > before + 5, turns - before);

        before = turns;
        for (long until = Environment.TickCount64 + 100; Environment.TickCount64 < until;) Thread.Yield();
        checks.That("Yield lets others run", turns > before, turns - before);

        using var held = new ManualResetEventSlim();
        var owner = new Thread(() =>
        {
            lock (gate)
            {
                held.Set();
                Thread.Sleep(Blocked);
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
