using System.Diagnostics;

namespace Patchy.Scenarios.Promises;

/// <summary>
/// COUNT sleepers by Greenlet.Spawn. Where the machine's limits do not allow them, those that are too many fail with a FiberLimitException
/// that says which limit and how many there are, the others go on, and so does the process.
/// </summary>
internal sealed class ManyGreenlets : IScenario
{
    public int Run(string[] args)
    {
        _ = Patch.All();
        int count = Begin.Number(args, 0, 50_000);
        var checks = new Checks();
        var gate = new ManualResetEventSlim();
        int alive = 0, most = 0;
        FiberLimitException? limit = null;
        var all = new List<Greenlet>(count);
        long before = Vitals.ResidentKilobytes;
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < count && limit is null; i++)
        {
            try
            {
                all.Add(Greenlet.Spawn(() =>
                {
                    Peak.Note(ref most, Interlocked.Increment(ref alive));
                    gate.Wait();
                    Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
                    Interlocked.Decrement(ref alive);
                }));
            }
            catch (FiberLimitException e)
            {
                limit = e;
            }

            if (i % 500 == 499)
            {
                Greenlet.Yield();
                limit ??= all[^1].Exception as FiberLimitException;
            }
        }

        for (int quiet = 0, seen = -1; quiet < 20; quiet++)
        {
            Greenlet.Sleep(TimeSpan.FromMilliseconds(20));
            if (most == seen) continue;
            seen = most;
            quiet = 0;
        }

        int threads = Vitals.KernelThreads;
        long rss = Vitals.ResidentKilobytes;
        long spawned = clock.ElapsedMilliseconds;
        gate.Set();
        Greenlet.JoinAll([.. all]);
        int failed = all.Count(g => g.Exception is FiberLimitException);
        limit ??= all.FirstOrDefault(g => g.Exception is FiberLimitException)?.Exception as FiberLimitException;
        Console.WriteLine($"{all.Count} spawned in {spawned} ms, {most} slept at once, {failed} refused, {threads} kernel threads, {(double)(rss - before) / Math.Max(1, most):F1} kB each; ended after {clock.ElapsedMilliseconds} ms");
        if (limit is not null)
        {
            checks.That("names the limit", limit.Message.Contains("vm.max_map_count", StringComparison.Ordinal), limit.Message);
            checks.That("says how many there are", System.Text.RegularExpressions.Regex.IsMatch(limit.Message, "[0-9]{3,}"));
            checks.That("many were reached", most > 5_000, most);
        }
        else
        {
            checks.That("all slept at once", most == count, most);
        }

        checks.That("no other error", all.All(g => g.Exception is null or FiberLimitException), all.FirstOrDefault(g => g.Exception is not (null or FiberLimitException))?.Exception);
        checks.That("the admitted ones ended", alive == 0, alive);
        int later = 0;
        Greenlet.JoinAll([.. Enumerable.Range(0, 100).Select(_ => Greenlet.Spawn(() => Interlocked.Increment(ref later)))]);
        checks.That("the process goes on", later == 100, later);
        var thread = new Thread(() => later++);
        thread.Start();
        thread.Join();
        checks.That("so do threads", later == 101, later);
        return checks.Finish();
    }
}
