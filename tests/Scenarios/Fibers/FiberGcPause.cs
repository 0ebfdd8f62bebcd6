using System.Diagnostics;
using Patchy.Tests.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>
/// FiberGcPause KIND BOUND_MS: each loop takes about half a second, and a pause that waits for its end takes nearly all of the measured time. (On
/// a starved machine both grow, so a pause fails only if it is above the bound and a large part of the whole.) A collection must be able to interrupt a loop without calls, whether the fiber is mounted, on an escape, or mounted again
/// after thousands of switches under collections (when a signal may have hit another). Without the hooks a pause lasts as long as the loop.
/// </summary>
internal sealed class FiberGcPause : IScenario
{
    private volatile bool _stop;
    private double _worst;
    private long _collections;
    private int _long;

    public int Run(string[] args)
    {
        FiberKind kind = Enum.Parse<FiberKind>(args[0], ignoreCase: true);
        double bound = double.Parse(args[1]);
        for (int i = 0; i < 300; i++) Loop(1000);
        Thread.Sleep(200);
        for (int i = 0; i < 300; i++) Loop(1000);
        Thread.Sleep(200);
        new Thread(CollectAllTheTime) { IsBackground = true }.Start();
        Checks checks = new();
        Measure(checks, "mounted", bound, () => TestCarrier.Run(kind, c => c.Spawn(() => Loop(600_000_000))));
        Measure(checks, "escaped", bound, () => TestCarrier.Run(kind, c => c.Spawn(() => TestCarrier.Escape(() => Loop(600_000_000)))));
        Measure(checks, "carrier itself", bound, () => TestCarrier.Run(kind, c =>
        {
            c.Spawn(TestCarrier.Yield);
            c.RunAll();
            Loop(600_000_000);
        }));
        Measure(checks, "after many switches", bound, () => TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < 3; i++)
            {
                c.Spawn(() =>
                {
                    for (int j = 0; j < 10_000; j++)
                    {
                        Loop(300);
                        TestCarrier.Yield();
                    }

                    Loop(400_000_000);
                });
            }
        }));
        _stop = true;
        return checks.Finish();
    }

    private void Measure(Checks checks, string name, double bound, Action action)
    {
        // Again where it took long: a machine that stands still for a second spoils one round, and a pause that waits for the loop comes in each.
        bool ok = false;
        string found = "";
        for (int round = 0; round < 5 && !ok; round++)
        {
            Volatile.Write(ref _worst, 0);
            _long = 0;
            long before = Volatile.Read(ref _collections);
            long start = Stopwatch.GetTimestamp();
            action();
            double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            double worst = Volatile.Read(ref _worst);
            long collections = Volatile.Read(ref _collections) - before;
            ok = (worst < bound || worst < milliseconds / 5) && collections > 10;
            found += $"worst {worst:F1} ms, {_long} above 50 ms, of {collections} collections in {milliseconds:F0} ms; ";
        }
        checks.That(name, ok, found);
    }

    private void CollectAllTheTime()
    {
        while (!_stop)
        {
            long start = Stopwatch.GetTimestamp();
            GC.Collect(0);
            double worst = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (worst > 50) _long++;
            if (worst > _worst) Volatile.Write(ref _worst, worst);
            Interlocked.Increment(ref _collections);
            Thread.Sleep(1);
        }
    }

    private static double Loop(long turns)
    {
        double sum = 0;
        for (long i = 0; i < turns; i++) sum += i * 0.5;
        return sum;
    }
}
