using Patchy.Bench.Running;

namespace Patchy.Bench.Words;

/// <summary>How long a gen0 collection stops everything while N greenlets are parked; ns_before with none.</summary>
internal sealed class GcWord : Word
{
    private const int Collections = 20;

    public override string Name => "gc";

    public override string Usage => "[N]: the pause of a gen0 collection with N greenlets parked (10,000), and with none (ns_before)";

    protected override BenchLine Measure(string[] args)
    {
        int count = args.Length > 0 ? NumberAt(args, 0, 0) : Operations(10_000);
        Greenlet.Yield(); // the hub is there in both
        double before = PauseNanoseconds();
        var parked = new Greenlet[count];
        for (int i = 0; i < count; i++) parked[i] = Greenlet.Spawn(static () => Greenlet.Sleep(Timeout.InfiniteTimeSpan));
        while (!Array.TrueForAll(parked, static g => g.ToString().Contains("waits for", StringComparison.Ordinal))) Greenlet.Sleep(TimeSpan.FromMilliseconds(20));
        double with = PauseNanoseconds();
        foreach (Greenlet greenlet in parked) greenlet.Kill(new GreenletExit(), block: false);
        Greenlet.JoinAll(parked);
        return new BenchLine(Name, Collections, with).Add(BenchLine.NanosecondsBefore, before).Add("parked", count);
    }

    // As the runtime itself counts: from the moment when it begins to stop the threads until they go on.
    private static double PauseNanoseconds()
    {
        GC.Collect(0);
        TimeSpan start = GC.GetTotalPauseDuration();
        for (int i = 0; i < Collections; i++) GC.Collect(0);
        return (GC.GetTotalPauseDuration() - start).TotalNanoseconds / Collections;
    }
}
