using System.Runtime.InteropServices;
using Patchy.Tests.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>FiberLimit KIND: near vm.max_map_count a launch is refused with a message that names it; who is alive goes on, and later there is room again.</summary>
internal sealed unsafe class FiberLimit : IScenario
{
    private const int Page = 4096;

    public int Run(string[] args)
    {
        FiberKind kind = Enum.Parse<FiberKind>(args[0], ignoreCase: true);
        int limit = int.Parse(File.ReadAllText("/proc/sys/vm/max_map_count"));
        Checks checks = new();
        int hoard = limit - File.ReadLines("/proc/self/maps").Count() - 6000;
        if (hoard <= 0 || hoard > 5_000_000)
        {
            Console.WriteLine($"vm.max_map_count is {limit}: not tried.");
            return 0;
        }

        byte* memory = Hoard(hoard);
        string message = "";
        int launched = 0, finished = 0;
        TestCarrier.Run(kind, c =>
        {
            try
            {
                for (; launched < 6000; launched++)
                {
                    c.Spawn(() =>
                    {
                        TestCarrier.Yield();
                        finished++;
                    });
                }
            }
            catch (FiberLimitException e)
            {
                message = e.Message;
            }

            GC.Collect();
        });
        checks.That("refused in time", message.Contains("vm.max_map_count", StringComparison.Ordinal) && message.Contains(limit.ToString(), StringComparison.Ordinal), message);
        checks.That("the message counts the fibers", message.Contains(launched.ToString(), StringComparison.Ordinal), launched);
        checks.That("all that were launched ended", launched > 100 && finished == launched, $"{finished} of {launched}");
        _ = munmap(memory, (nuint)hoard * Page);
        int later = 0;
        TestCarrier.Run(kind, c =>
        {
            for (int i = 0; i < 200; i++) c.Spawn(() => later++);
        });
        checks.That("there is room again", later == 200, later);
        return checks.Finish();
    }

    /// <summary>Neighbouring pages with different rights count as mappings of their own.</summary>
    private static byte* Hoard(int mappings)
    {
        byte* memory = (byte*)mmap(null, (nuint)mappings * Page, 3, 0x22, -1, 0);
        for (int i = 0; i < mappings; i += 2) _ = mprotect(memory + (nint)i * Page, Page, 1);
        return memory;
    }

    [DllImport("libc")]
    private static extern void* mmap(void* address, nuint size, int protection, int flags, int fd, nint offset);

    [DllImport("libc")]
    private static extern int mprotect(void* address, nuint size, int protection);

    [DllImport("libc")]
    private static extern int munmap(void* address, nuint size);
}
