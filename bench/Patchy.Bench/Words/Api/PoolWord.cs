using Patchy.Bench.Running;
using Patchy.Bench.Works;
using Patchy.Pools;

namespace Patchy.Bench.Words.Api;

/// <summary>Greenlets spawned through a pool that lets a hundred run at a time.</summary>
internal sealed class PoolWord : Word
{
    private const int PoolSize = 100;

    public override string Name => "pool";

    public override string Usage => "greenlets that end at once, spawned through a pool of 100";

    protected override BenchLine Measure(string[] args)
    {
        int times = Operations(500_000);
        return new BenchLine(Name, times, Timed.Nanoseconds(times, SpawnAll));
    }

    private static void SpawnAll(int times)
    {
        var pool = new Pool(PoolSize);
        for (int i = 0; i < times; i++) pool.Spawn(static () => { });
        pool.Join();
    }
}
