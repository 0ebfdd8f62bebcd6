using Patchy.Bench.Works;

namespace Patchy.Bench;

/// <summary>What the other commands start in child processes.</summary>
internal sealed class MeasureCommand : IBenchCommand
{
    private static readonly IWork[] s_works =
        [new YieldWork(), new SemaphoreWork(), new SpawnWork(), new LockWork(), new SleepersWork(), new PassThroughWork(), new ColdPatchWork(),
            new RoundTripWork(), new FairnessWork()];

    public string Name => "measure";

    public string Usage => $"WHO WORK [SIZE ...]: one run in this process; WORK is one of {string.Join(", ", s_works.Select(w => w.Name))}";

    public int Run(string[] args)
    {
        if (args.Length < 2) throw new UsageException("WHO and WORK are needed.");
        IWork work = Array.Find(s_works, w => w.Name == args[1]) ?? throw new UsageException($"There is no work '{args[1]}'.");
        if (args[0].StartsWith("patched", StringComparison.Ordinal)) Patch.All();
        Console.WriteLine(work.Run(args[0], [.. args.Skip(2).Select((_, i) => UsageException.NumberAt(args, i + 2, 0))]));
        return 0;
    }
}
