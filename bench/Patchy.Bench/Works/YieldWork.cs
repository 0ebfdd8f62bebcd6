using Patchy.Bench.Running;

namespace Patchy.Bench.Works;

/// <summary>Giving the turn away: two or more that do nothing else.</summary>
internal sealed class YieldWork : IWork
{
    public string Name => "yield";

    public Figures Run(string who, params int[] sizes)
    {
        int tasks = sizes is [int asked, ..] ? asked : 2;
        return who switch
        {
            "patched" => new Figures().Add("ns", Timed.Nanoseconds(Timed.Part(4_000_000), n => Greenlets(tasks, n / tasks))),
            "async" => new Figures().Add("ns", Timed.Nanoseconds(Timed.Part(2_000_000), n => Async(tasks, n / tasks).GetAwaiter().GetResult())),
            // Thread.Yield of an OS thread is a system call that may do nothing: a pair that really takes turns is the honest peer.
            "threads" => new Figures().Add("ns", Timed.Nanoseconds(Timed.Part(200_000), n => Semaphores.PingPong(n / 2))),
            _ => throw new UsageException($"yield is not for {who}."),
        };
    }

    public static void Greenlets(int tasks, int times)
    {
        var greenlets = new Greenlet[tasks];
        for (int i = 0; i < tasks; i++)
        {
            greenlets[i] = Greenlet.Spawn(() =>
            {
                for (int j = 0; j < times; j++) Greenlet.Yield();
            });
        }
        Greenlet.JoinAll(greenlets);
    }

    private static Task Async(int tasks, int times)
    {
        return Task.WhenAll(Enumerable.Range(0, tasks).Select(_ => Task.Run(Body)));

        async Task Body()
        {
            for (int i = 0; i < times; i++) await Task.Yield();
        }
    }
}
