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
        (int maps, long memory, int threads) before = Read();
        Cycle(kind, cycles);
        (int maps, long memory, int threads) after = Read();
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

    private static (int Maps, long Memory, int Threads) Read()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Thread.Sleep(200);
        return (File.ReadLines("/proc/self/maps").Count(), Environment.WorkingSet, Directory.GetDirectories("/proc/self/task").Length);
    }
}
