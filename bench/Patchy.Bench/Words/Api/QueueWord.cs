using Patchy.Bench.Running;
using Patchy.Bench.Works;
using Patchy.Queues;

namespace Patchy.Bench.Words.Api;

/// <summary>Two greenlets and two queues of one place: an item there and back.</summary>
internal sealed class QueueWord : Word
{
    public override string Name => "queue";

    public override string Usage => "an item through a queue to another greenlet, and back through a second one";

    protected override BenchLine Measure(string[] args)
    {
        int times = Operations(1_000_000);
        return new BenchLine(Name, times, Timed.Nanoseconds(times, ThereAndBack));
    }

    private static void ThereAndBack(int times)
    {
        var there = new JoinableQueue<int>(1);
        var back = new JoinableQueue<int>(1);
        Greenlet one = Greenlet.Spawn(() =>
        {
            for (int i = 0; i < times; i++)
            {
                there.Put(i);
                back.Get();
            }
        });
        Greenlet other = Greenlet.Spawn(() =>
        {
            for (int i = 0; i < times; i++) back.Put(there.Get());
        });
        Greenlet.JoinAll(one, other);
    }
}
