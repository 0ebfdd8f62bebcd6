using System.Diagnostics;

namespace Patchy.Scenarios.Promises;

/// <summary>A collection asked for by a native thread suspends a greenlet that computes without a call as fast as it suspends a native thread.</summary>
internal sealed class GcPause : IScenario
{
    private const double MostMilliseconds = 25;

    public int Run(string[] args)
    {
        Begin.Patched(args);
        var checks = new Checks();
        const int Rounds = 3;
        for (int round = 1; !Round(checks, isLast: round == Rounds) && round < Rounds; round++) { } // a machine that gives no processor makes every pause long
        return checks.Finish();
    }

    private static bool Round(Checks checks, bool isLast)
    {
        bool stop = false;
        var pauses = new List<double>();
        Task collector = Vitals.Native(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                long start = Stopwatch.GetTimestamp();
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                pauses.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                Thread.Sleep(2);
            }
        });
        int sum = 0;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                sum += Compute(150_000_000);
                Thread.Sleep(1);
            }
        }))];
        foreach (Thread t in threads) t.Start();
        foreach (Thread t in threads) t.Join();
        Volatile.Write(ref stop, true);
        collector.Wait();
        pauses.Sort();

        // The median: on a busy machine the collector itself has to wait for a processor now and then. A suspension that waits for the loop takes long every time.
        double median = pauses[pauses.Count / 2];
        if (!isLast && (median >= MostMilliseconds || pauses.Count <= 20)) return false;
        checks.That($"usual pause below {MostMilliseconds} ms", median < MostMilliseconds, $"{median:F1} ms, worst {pauses[^1]:F1} ms in {pauses.Count} collections");
        checks.That("there were some", pauses.Count > 20, pauses.Count);
        return true;
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
    private static int Compute(int n)
    {
        int x = 1;
        for (int i = 0; i < n; i++) x = (x * 31) + i;
        return x;
    }
}
