using Patchy.Bench.Running;

namespace Patchy.Bench.Words;

/// <summary>
/// A word that prints one line of JSON, as the peers of the same word do: peer, bench, n, ns_per_op and what else it measures, and
/// os_threads_peak. "--quick" does a hundredth of the work: enough to see that it works.
/// </summary>
internal abstract class Word : IBenchCommand
{
    private const string QuickOption = "--quick";
    private const int QuickDivisor = 100;
    private bool _quick;

    public abstract string Name { get; }

    public abstract string Usage { get; }

    /// <summary>False where the word is about the first moments of a process: nothing may be patched or started before it.</summary>
    protected virtual bool PatchFirst => true;

    /// <summary>False for a word that goes on until it is ended.</summary>
    public virtual bool EndsByItself => true;

    public int Run(string[] args)
    {
        _quick = args.Contains(QuickOption);
        if (_quick) Works.Timed.SkipWarmUp();
        args = [.. args.Where(a => a != QuickOption)];
        using ThreadPeak threads = new();
        if (PatchFirst) Patch.All();
        BenchLine line = Measure(args);
        Console.WriteLine(line.ToJson(threads.Peak()));
        return 0;
    }

    protected abstract BenchLine Measure(string[] args);

    /// <summary>How many to do.</summary>
    protected int Operations(int usual) => _quick ? Math.Max(1, usual / QuickDivisor) : Works.Timed.Part(usual);

    protected static int NumberAt(string[] args, int index, int defaultValue) => UsageException.NumberAt(args, index, defaultValue);
}
