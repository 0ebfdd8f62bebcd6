using System.Diagnostics;
using Patchy.Bench.Running;

namespace Patchy.Bench.Words;

/// <summary>The one line in a process that has just started.</summary>
internal sealed class PatchWord : Word
{
    public override string Name => "patch";

    public override string Usage => "Patch.All() in a process that has just started";

    protected override bool PatchFirst => false;

    protected override BenchLine Measure(string[] args)
    {
        long start = Stopwatch.GetTimestamp();
        Patch.All();
        return new BenchLine(Name, 1, Stopwatch.GetElapsedTime(start).TotalNanoseconds);
    }
}
