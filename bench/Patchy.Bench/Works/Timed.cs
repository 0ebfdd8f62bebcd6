using System.Diagnostics;

namespace Patchy.Bench.Works;

/// <summary>Times an action, after some of it has been run so that its code is compiled.</summary>
internal static class Timed
{
    // The runtime begins to count calls when no new code has come up for 100 ms, and makes code that observes itself, and of that the optimised code, in the background: on
    // one processor, between the runs. Where less than this was allowed a yield was measured at 84 ns that takes 41.
    private const double WarmUpSeconds = 3;
    private const int TieringMs = 150;

    /// <summary>Divides the number of operations: 1 unless the environment says otherwise. From 100 on nobody wants to know the figure, only that there is one.</summary>
    public const string DivisorName = "PATCHY_BENCH_DIVISOR";

    private const int NoFigure = 100;
    private static readonly int s_divisor = int.TryParse(Environment.GetEnvironmentVariable(DivisorName), out int divisor) && divisor > 0 ? divisor : 1;

    private static bool s_warmsUp = s_divisor < NoFigure;

    /// <summary>Nobody wants to know the figures.</summary>
    public static void SkipWarmUp() => s_warmsUp = false;

    /// <summary>So many of so many operations are to be done in this process: whole hundreds, because some works go by hundreds.</summary>
    public static int Part(int operations) => s_divisor == 1 ? operations : Math.Max(100, operations / s_divisor / 100 * 100);

    /// <summary>Nanoseconds an operation.</summary>
    public static double Nanoseconds(int operations, Action<int> run) => MedianNanoseconds(1, operations, run);

    /// <summary>The median of several rounds: where what is compared differs by less than the machine's noise.</summary>
    public static double MedianNanoseconds(int rounds, int operations, Action<int> run)
    {
        if (s_warmsUp) WarmUp(Math.Max(1, operations / 20), run);
        double[] figures = [.. Enumerable.Range(0, rounds).Select(_ => Once(operations, run)).Order()];
        return figures[rounds / 2];
    }

    private static void WarmUp(int operations, Action<int> run)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            run(operations);
            Thread.Sleep(TieringMs);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);
    }

    private static double Once(int operations, Action<int> run)
    {
        long start = Stopwatch.GetTimestamp();
        run(operations);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / operations;
    }
}
