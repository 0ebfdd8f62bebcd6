using Patchy.Bench.Running;
using Patchy.Bench.Works;
using Patchy.Events;

namespace Patchy.Bench.Words.Api;

/// <summary>Two greenlets that hand the turn to one another through two events; each hand-over has a set, a wait that waits, and a clear.</summary>
internal sealed class EventWord : Word
{
    public override string Name => "event";

    public override string Usage => "two greenlets that hand over by event";

    protected override BenchLine Measure(string[] args)
    {
        int times = Operations(1_000_000);
        return new BenchLine(Name, times, Timed.Nanoseconds(times, HandOver));
    }

    private static void HandOver(int times)
    {
        var ping = new Event();
        var pong = new Event();
        Greenlet one = Greenlet.Spawn(() =>
        {
            for (int i = 0; i < times / 2; i++)
            {
                ping.Set();
                pong.Wait();
                pong.Clear();
            }
        });
        Greenlet other = Greenlet.Spawn(() =>
        {
            for (int i = 0; i < times / 2; i++)
            {
                ping.Wait();
                ping.Clear();
                pong.Set();
            }
        });
        Greenlet.JoinAll(one, other);
    }
}
