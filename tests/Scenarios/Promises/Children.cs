using System.Diagnostics;

namespace Patchy.Scenarios.Promises;

/// <summary>Processes are started, read and reaped while hundreds of greenlets come and go.</summary>
internal sealed class Children : IScenario
{
    public int Run(string[] args)
    {
        _ = Patch.All();
        var checks = new Checks();
        bool stop = false;
        int turns = 0;
        Thread[] busy = [.. Enumerable.Range(0, 300).Select(n => new Thread(() =>
        {
            while (!stop)
            {
                Interlocked.Increment(ref turns);
                Thread.Sleep(1 + (n % 7));
            }
        }))];
        foreach (Thread t in busy) t.Start();
        int more = 0;
        const int Rounds = 10;
        for (int round = 0; round < Rounds && more <= 300; round++) more = Thirty(checks, () => Volatile.Read(ref turns)); // all 300 at least twice; a machine that pauses spoils a round
        checks.That("greenlets ran meanwhile", more > 300, more);
        stop = true;
        foreach (Thread t in busy) t.Join();
        return checks.Finish();
    }

    /// <summary>How many turns the others had while thirty children lived.</summary>
    private static int Thirty(Checks checks, Func<int> turns)
    {
        int good = 0;
        Thread[] parents = [.. Enumerable.Range(0, 30).Select(n => new Thread(() =>
        {
            var start = new ProcessStartInfo("/bin/sh", ["-c", $"echo child {n}; sleep 0.05; exit {n}"]) { RedirectStandardOutput = true };
            using Process p = Process.Start(start)!;
            string said = p.StandardOutput.ReadToEnd();
            p.WaitForExit();
            if (said == $"child {n}\n" && p.ExitCode == n) Interlocked.Increment(ref good);
        }))];
        int before = turns();
        foreach (Thread t in parents) t.Start();
        foreach (Thread t in parents) t.Join();
        checks.That("children", good == 30, good);
        return turns() - before;
    }
}
