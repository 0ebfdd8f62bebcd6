using System.Diagnostics;
using Patchy.Fibers;
using Patchy.Tests.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>FiberBench KIND: prints what a switch, a launch with its end, an escape and a parked fiber cost. Figures, no verdict.</summary>
internal sealed class FiberBench : IScenario
{
    public int Run(string[] args)
    {
        FiberKind kind = Enum.Parse<FiberKind>(args[0], ignoreCase: true);
        int switches = kind == FiberKind.User ? 2_000_000 : 50_000;
        for (int round = 0; round < 3; round++)
        {
            double nanoseconds = 0;
            TestCarrier.Run(kind, c =>
            {
                Fiber main = TestCarrier.MainFiber(c);
                TestGreenlet g = null!;
                g = c.Spawn(() =>
                {
                    for (int i = 0; i < switches; i++) g.Fiber.SwitchTo(main);
                });
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < switches; i++) main.SwitchTo(g.Fiber);
                nanoseconds = Stopwatch.GetElapsedTime(start).TotalNanoseconds / switches / 2;
            });
            Console.WriteLine($"switch {nanoseconds:F1} ns");
        }

        const int Count = 2000;
        for (int round = 0; round < 3; round++)
        {
            long start = Stopwatch.GetTimestamp();
            TestCarrier.Run(kind, c =>
            {
                for (int i = 0; i < Count; i++)
                {
                    c.Spawn(() => { });
                    c.RunAll();
                }
            });
            Console.WriteLine($"launch and end {Stopwatch.GetElapsedTime(start).TotalMicroseconds / Count:F1} us");
        }

        for (int round = 0; round < 3; round++)
        {
            long start = Stopwatch.GetTimestamp();
            TestCarrier.Run(kind, c => c.Spawn(() =>
            {
                for (int i = 0; i < Count; i++) TestCarrier.Escape(() => { });
            }));
            Console.WriteLine($"escape and back {Stopwatch.GetElapsedTime(start).TotalMicroseconds / Count:F1} us (the waiting carrier sleeps in between)");
        }

        TestCarrier.Run(kind, c =>
        {
            long before = Environment.WorkingSet;
            int maps = File.ReadLines("/proc/self/maps").Count();
            for (int i = 0; i < Count; i++) c.Spawn(TestCarrier.Yield);
            Console.WriteLine($"parked fiber {(Environment.WorkingSet - before) / 1024.0 / Count:F1} KB, {(File.ReadLines("/proc/self/maps").Count() - maps) / (double)Count:F2} mappings, " +
                $"kernel threads {Directory.GetDirectories("/proc/self/task").Length}");
            long start = Stopwatch.GetTimestamp();
            GC.Collect(0);
            Console.WriteLine($"gen0 collection with {Count} parked {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms");
        });
        return 0;
    }
}
