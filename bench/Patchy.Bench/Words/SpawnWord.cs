using Patchy.Bench.Running;
using Patchy.Bench.Works;

namespace Patchy.Bench.Words;

/// <summary>Greenlets that end at once: all are spawned, then all are joined. The first rounds fill the pool of stacks.</summary>
internal sealed class SpawnWord : Word
{
    public override string Name => "spawn";

    public override string Usage => "greenlets that end at once";

    protected override BenchLine Measure(string[] args)
    {
        int count = Operations(1_000_000);
        return new BenchLine(Name, count, Timed.Nanoseconds(count, SpawnAndJoin));
    }

    private static void SpawnAndJoin(int count)
    {
        var greenlets = new Greenlet[count];
        for (int i = 0; i < count; i++) greenlets[i] = Greenlet.Spawn(static () => { });
        Greenlet.JoinAll(greenlets);
    }
}
