using System.Diagnostics;

namespace Patchy.Scenarios.Promises;

/// <summary>COUNT unmodified <c>new Thread(() => Thread.Sleep(MS))</c>, started and joined: at most 16 kernel threads, little memory each.</summary>
internal sealed class ManyThreads : IScenario
{
    private const int MostKernelThreads = 16;
    private const int MostKilobytesEach = 25;

    public int Run(string[] args)
    {
        _ = Patch.All();
        int count = Begin.Number(args, 0, 10_000);
        int ms = Begin.Number(args, 1, 1000);
        var checks = new Checks();
        int limit = MostKernelThreads + (Environment.GetEnvironmentVariable("PATCHY_DUMP_ON_SIGQUIT") == "1" ? 1 : 0); // the runtime's thread for signals
        int alive = 0, ended = 0, most = 0, mostAlive = 0, mostWhileStarting = 0;
        long rssAtMost = 0;
        bool stop = false;
        Task sampler = Vitals.Native(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                int running = Vitals.KernelThreads;
                for (int look = 0; look < 20 && running > limit; look++) // a thread on its way out is counted for a moment
                {
                    Thread.Sleep(1);
                    running = Math.Min(running, Vitals.KernelThreads);
                }

                most = Math.Max(most, running);
                int now = Volatile.Read(ref alive);
                if (now > mostAlive || (now == mostAlive && now > 0))
                {
                    mostAlive = now;
                    rssAtMost = Math.Max(rssAtMost, Vitals.ResidentKilobytes);
                }

                Thread.Sleep(3);
            }
        });
        Warm();
        long before = Vitals.ResidentKilobytes;
        var clock = Stopwatch.StartNew();
        var threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            threads[i] = new Thread(() =>
            {
                Interlocked.Increment(ref alive);
                Thread.Sleep(ms);
                Interlocked.Decrement(ref alive);
                Interlocked.Increment(ref ended);
            });
            threads[i].Start();
        }

        long started = clock.ElapsedMilliseconds;
        mostWhileStarting = most;
        foreach (Thread t in threads) t.Join();
        long joined = clock.ElapsedMilliseconds;
        Volatile.Write(ref stop, true);
        sampler.Wait();

        double each = mostAlive == 0 ? 0 : (double)(rssAtMost - before) / mostAlive;
        Console.WriteLine($"{count} threads: started in {started} ms, joined after {joined} ms; {mostAlive} slept at once; most kernel threads {most} ({mostWhileStarting} while starting); {each:F1} kB each");
        checks.That("all ended", ended == count, ended);
        checks.That("all stopped", threads.All(t => !t.IsAlive && t.ThreadState == System.Threading.ThreadState.Stopped));
        checks.That($"at most {MostKernelThreads} kernel threads", most <= limit, most);
        checks.That("many of them slept at once", mostAlive > count / 10, mostAlive);

        // What the process needs once is spread over those that are there: it must not be charged to a few.
        if (mostAlive > count * 8 / 10) checks.That($"at most {MostKilobytesEach} kB each", each <= MostKilobytesEach, $"{each:F1}");
        return checks.Finish();
    }

    private static void Warm()
    {
        Thread[] some = [.. Enumerable.Range(0, 50).Select(_ => new Thread(() => Thread.Sleep(1)))];
        foreach (Thread t in some) t.Start();
        foreach (Thread t in some) t.Join();
        GC.Collect();
    }
}
