using System.Diagnostics;

namespace Patchy.Scenarios.Patcher;

/// <summary>
/// Patch.All() is the first line of the very method that starts, joins and sleeps: without tiering that method was compiled before the
/// patch, with Join and Yield inlined.
/// </summary>
internal sealed class GreenMain : IScenario
{
    public int Run(string[] args)
    {
        PatchReport report = Patch.All();
        var checks = new Checks();
        Console.Write(report);
        var clock = Stopwatch.StartNew();
        int ended = 0, turns = 0, asleep = 0, most = 0;
        var threads = new List<Thread>();
        for (int i = 0; i < 50; i++)
        {
            var thread = new Thread(() =>
            {
                // Atomic: one that the monitor has relieved of the hub runs beside the others.
                int now = Interlocked.Increment(ref asleep);
                Peak.Note(ref most, now);
                for (int turn = 0; turn < 100 && (most < 50 || turns < 3); turn++) Thread.Sleep(100); // once, but where the machine is slow
                Interlocked.Decrement(ref asleep);
                Interlocked.Increment(ref ended);
            });
            threads.Add(thread);
            thread.Start();
        }
        var ticker = new Thread(() =>
        {
            while (ended < 50)
            {
                turns++;
                Thread.Sleep(5);
            }
        });
        ticker.Start();
        Thread.Yield();
        foreach (Thread thread in threads) thread.Join();
        checks.That("50 sleeps of 100 ms beside each other", most == 50 && clock.ElapsedMilliseconds >= 99, $"{most} at once, {clock.ElapsedMilliseconds} ms");
        checks.That("all ended", ended == 50, ended);
        checks.That("others ran meanwhile", turns >= 3, turns);
        ticker.Join();
        checks.That("the main thread became the main greenlet of a hub", Greenlet.Running is not null);
        return checks.Finish();
    }
}
