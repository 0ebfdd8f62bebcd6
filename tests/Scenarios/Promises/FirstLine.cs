namespace Patchy.Scenarios.Promises;

/// <summary>
/// Patch.All as the first line of the very method that later joins, waits and yields: without tiering that method is compiled once, before
/// the patch, with the native calls inlined into it.
/// </summary>
internal sealed class FirstLine : IScenario
{
    private const int Blocked = 250; // milliseconds: nearly every machine gives the other five turns in them

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
        WaitRounds Begin() => new(() => Volatile.Read(ref turns));

        WaitRounds rounds = Begin();
        while (rounds.Next()) Thread.Sleep(Blocked);
        checks.That("Sleep lets others run", rounds.Good, rounds);

        rounds = Begin();
        object gate = new();
        while (rounds.Next())
        {
            lock (gate) Monitor.Wait(gate, Blocked);
        }

        checks.That("Monitor.Wait lets others run", rounds.Good, rounds);

        rounds = Begin();
        bool inTime = false;
        while (rounds.Next())
        {
            bool joined = false;
            var sleeper = new Thread(() =>
            {
                do Thread.Sleep(Blocked);
                while (!Volatile.Read(ref joined)); // however long the machine pauses, it does not end before its time
            });
            sleeper.Start();
            inTime |= sleeper.Join(20);
            Volatile.Write(ref joined, true);
            sleeper.Join();
        }

        checks.That("Join lets others run", !inTime && rounds.Good, rounds);

        rounds = Begin();
        using var set = new ManualResetEvent(false);
        while (rounds.Next()) set.WaitOne(Blocked);
        checks.That("WaitOne lets others run", rounds.Good, rounds);

        rounds = Begin();
        while (rounds.Next()) WaitHandle.WaitAny([set], Blocked);
        checks.That("WaitAny lets others run", rounds.Good, rounds);

        rounds = Begin();
        while (rounds.Next()) Task.Delay(Blocked).Wait();
        checks.That("Task.Wait lets others run", rounds.Good, rounds);

        rounds = Begin();
        using var slim = new SemaphoreSlim(0);
        while (rounds.Next()) slim.Wait(Blocked);
        checks.That("SemaphoreSlim.Wait lets others run", rounds.Good, rounds);

        rounds = Begin();
        while (rounds.Next())
        {
            for (long until = Environment.TickCount64 + Blocked; Environment.TickCount64 < until;) Thread.Yield();
        }

        checks.That("Yield lets others run", rounds.Good, rounds);

        rounds = Begin();
        while (rounds.Next())
        {
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
            lock (gate) { }
            owner.Join();
        }

        checks.That("lock lets others run", rounds.Good, rounds);

        stop = true;
        other.Join();
        checks.That("states", !other.IsAlive && other.ThreadState == ThreadState.Stopped);
        return checks.Finish();
    }
}
