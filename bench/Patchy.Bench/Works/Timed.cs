using System.Diagnostics;

namespace Patchy.Bench.Works;

/// <summary>Times an action, after a tenth of it has been run so that its code is compiled.</summary>
internal static class Timed
{
    /// <summary>Nanoseconds an operation.</summary>
    public static double Nanoseconds(int operations, Action<int> run)
    {
        for (int i = 0; i < 3; i++) run(Math.Max(1, operations / 20));
        Thread.Sleep(150); // the optimised code is made in the background
        long start = Stopwatch.GetTimestamp();
        run(operations);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / operations;
    }

    /// <summary>The median of several rounds: where what is compared differs by less than the machine's noise.</summary>
    public static double MedianNanoseconds(int rounds, int operations, Action<int> run)
    {
        double[] figures = [.. Enumerable.Range(0, rounds).Select(_ => Nanoseconds(operations, run)).Order()];
        return figures[rounds / 2];
    }
}
