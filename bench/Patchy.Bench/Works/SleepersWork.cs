using System.Diagnostics;
using Patchy.Bench.Running;

namespace Patchy.Bench.Works;

/// <summary>Many that sleep for a second at once: what they cost beyond the second.</summary>
internal sealed class SleepersWork : IWork
{
    public const int SleepMs = 1000;

    public string Name => "sleepers";

    public Figures Run(string who, params int[] sizes)
    {
        int count = sizes is [int asked, ..] ? asked : 10_000;
        Start(who, 10)(); // compile it
        double rssBefore = ProcStatus.RssKb;
        TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        Action wait = Start(who, count);
        double osThreads = ProcStatus.OsThreads;
        wait();
        return new Figures()
            .Add("extra_wall_ms", Stopwatch.GetElapsedTime(start).TotalMilliseconds - SleepMs)
            .Add("cpu_ms", (Environment.CpuUsage.TotalTime - cpuBefore).TotalMilliseconds)
            .Add("rss_kb_each", (ProcStatus.RssPeakKb - rssBefore) / count)
            .Add("os_threads", osThreads);
    }

    private static Action Start(string who, int count)
    {
        switch (who)
        {
            case "threads" or "patched":
                var threads = new Thread[count];
                for (int i = 0; i < count; i++) (threads[i] = new Thread(() => Thread.Sleep(SleepMs))).Start();
                return () => Array.ForEach(threads, t => t.Join());
            case "patched-greenlet":
                var greenlets = new Greenlet[count];
                for (int i = 0; i < count; i++) greenlets[i] = Greenlet.Spawn(() => Thread.Sleep(SleepMs));
                return () => Greenlet.JoinAll(greenlets);
            case "async":
                var tasks = new Task[count];
                for (int i = 0; i < count; i++) tasks[i] = SleepAsync();
                return () => Task.WhenAll(tasks).GetAwaiter().GetResult();
            default:
                throw new UsageException($"sleepers is not for {who}.");
        }
    }

    private static async Task SleepAsync() => await Task.Delay(SleepMs);
}
