using Patchy.Fibers;
using Patchy.Tests.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>FiberChurn KIND CYCLES: launching, escaping and ending for ever leaves nothing behind.</summary>
internal sealed class FiberChurn : IScenario
{
    public int Run(string[] args)
    {
        FiberKind kind = Enum.Parse<FiberKind>(args[0], ignoreCase: true);
        int cycles = int.Parse(args[1]);
        Checks checks = new();
        Cycle(kind, 1000);
        (int maps, long memory, int threads) before = Read(null);
        Cycle(kind, cycles);
        (int maps, long memory, int threads) after = Read(before);
        checks.That("mappings", after.maps < before.maps + 100, $"{before.maps} then {after.maps}");

        // The runtime itself loses between one and two kilobytes a thread (measured with plain threads); a page a fiber would be four.
        checks.That("resident memory", after.memory < before.memory + (24 << 20) + cycles * 2500L, $"{before.memory >> 10} KB then {after.memory >> 10} KB");
        checks.That("kernel threads", after.threads <= before.threads + 2, $"{before.threads} then {after.threads}");
        checks.That("live fibers", Fiber.LiveCount == 0, Fiber.LiveCount);
        return checks.Finish();
    }

    private static void Cycle(FiberKind kind, int cycles)
    {
        const int AtOnce = 50;
        List<Thread> threads = [];
        TestCarrier.Run(kind, c =>
        {
            for (int done = 0; done < cycles; done += AtOnce)
            {
                for (int i = 0; i < AtOnce; i++)
                {
                    bool escapes = i % 10 == 0;
                    threads.Add(c.Spawn(() =>
                    {
                        TestCarrier.Yield();
                        if (escapes) TestCarrier.Escape(() => { });
                    }).Thread);
                }

                c.RunAll();
                foreach (Thread t in threads) t.Join();
                threads.Clear();
            }
        });
    }

    /// <summary>Once nothing changes any more, and has come down to what was there before: the last kernel threads end a little later than who joins them is told.</summary>
    private static (int Maps, long Memory, int Threads) Read((int Maps, long Memory, int Threads)? before)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        (int maps, int threads) last = default;
        for (int round = 0, same = 0; round < 200 && same < 2; round++)
        {
            Thread.Sleep(100);
            (int maps, int threads) now = (File.ReadLines("/proc/self/maps").Count(), Directory.GetDirectories("/proc/self/task").Length);
            bool isOver = before is not { } earlier || (now.maps < earlier.Maps + 100 && now.threads <= earlier.Threads + 2);
            same = now == last && isOver ? same + 1 : 0;
            last = now;
        }

        return (last.maps, Environment.WorkingSet, last.threads);
    }
}
