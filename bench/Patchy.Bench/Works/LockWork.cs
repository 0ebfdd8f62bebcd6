using Patchy.Bench.Running;

namespace Patchy.Bench.Works;

/// <summary>`lock` as four workers use it: alone, and each giving its turn away while it holds the lock, so that the others meet it taken.</summary>
internal sealed class LockWork : IWork
{
    private const int Workers = 4;

    public string Name => "lock";

    public Figures Run(string who, params int[] sizes)
    {
        if (who is not ("patched" or "threads")) throw new UsageException($"lock is not for {who}.");
        return new Figures().Add("contended_ns", Timed.Nanoseconds(Timed.Part(400_000), Contended)).Add("uncontended_ns", Timed.Nanoseconds(Timed.Part(50_000_000), Uncontended));
    }

    public static void Uncontended(int times)
    {
        var gate = new object();
        int sum = 0;
        for (int i = 0; i < times; i++)
            lock (gate) sum++;
        Check(sum, times);
    }

    private static void Contended(int times)
    {
        var gate = new object();
        int sum = 0;
        var workers = new Thread[Workers];
        for (int w = 0; w < Workers; w++)
        {
            workers[w] = new Thread(() =>
            {
                for (int i = 0; i < times / Workers; i++)
                {
                    lock (gate)
                    {
                        int read = sum;
                        Thread.Yield();
                        sum = read + 1;
                    }
                }
            });
            workers[w].Start();
        }
        foreach (Thread worker in workers) worker.Join();
        Check(sum, times / Workers * Workers);
    }

    private static void Check(int sum, int expected)
    {
        if (sum != expected) throw new InvalidOperationException($"The lock let two in: {sum} and not {expected}.");
    }
}
