using Patchy.Bench.Running;

namespace Patchy.Bench.Works;

/// <summary>Starting something that ends at once, and waiting for it: a hundred at a time.</summary>
internal sealed class SpawnWork : IWork
{
    private const int Batch = 100;

    public string Name => "spawn";

    public Figures Run(string who, params int[] sizes) => who switch
    {
        "patched" => new Figures().Add("ns", Timed.Nanoseconds(Timed.Part(200_000), Greenlets)),
        "patched-thread" or "threads" => new Figures().Add("ns", Timed.Nanoseconds(Timed.Part(10_000), Threads)),
        "async" => new Figures().Add("ns", Timed.Nanoseconds(Timed.Part(1_000_000), n => Tasks(n).GetAwaiter().GetResult())),
        _ => throw new UsageException($"spawn is not for {who}."),
    };

    private static void Greenlets(int count)
    {
        var batch = new Greenlet[Batch];
        for (int done = 0; done < count; done += Batch)
        {
            for (int i = 0; i < Batch; i++) batch[i] = Greenlet.Spawn(() => { });
            Greenlet.JoinAll(batch);
        }
    }

    private static void Threads(int count)
    {
        var batch = new Thread[Batch];
        for (int done = 0; done < count; done += Batch)
        {
            for (int i = 0; i < Batch; i++) (batch[i] = new Thread(() => { })).Start();
            foreach (Thread thread in batch) thread.Join();
        }
    }

    private static async Task Tasks(int count)
    {
        var batch = new Task[Batch];
        for (int done = 0; done < count; done += Batch)
        {
            for (int i = 0; i < Batch; i++) batch[i] = Task.Run(() => { });
            await Task.WhenAll(batch);
        }
    }
}
