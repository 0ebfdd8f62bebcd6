using Patchy.Bench.Running;
using Patchy.Bench.Works;
using Semaphore = Patchy.Locks.Semaphore;

namespace Patchy.Bench.Words.Api;

/// <summary>Two greenlets that hand the turn to one another through two semaphores; each hand-over has a release and an acquire that waits.</summary>
internal sealed class SemaphoreWord : Word
{
    public override string Name => "semaphore";

    public override string Usage => "two greenlets that hand over by semaphore";

    protected override BenchLine Measure(string[] args)
    {
        int times = Operations(1_000_000);
        return new BenchLine(Name, times, Timed.Nanoseconds(times, HandOver));
    }

    private static void HandOver(int times)
    {
        var ping = new Semaphore(0);
        var pong = new Semaphore(0);
        Greenlet one = Greenlet.Spawn(() =>
        {
            for (int i = 0; i < times / 2; i++)
            {
                ping.Release();
                pong.Acquire();
            }
        });
        Greenlet other = Greenlet.Spawn(() =>
        {
            for (int i = 0; i < times / 2; i++)
            {
                ping.Acquire();
                pong.Release();
            }
        });
        Greenlet.JoinAll(one, other);
    }
}
