using System.Diagnostics;
using Patchy.Fibers;
using Patchy.Tests.Fibers;

namespace Patchy.Scenarios.Fibers;

/// <summary>
/// FiberInitialThread KIND: the main fiber of the process leaves the initial kernel thread, another kernel thread goes on for it, and the initial
/// one is given up: the process must stay whole (a dead leader empties /proc/self) and Main must return as ever.
/// </summary>
internal sealed class FiberInitialThread : IScenario
{
    public int Run(string[] args)
    {
        FiberKind kind = Enum.Parse<FiberKind>(args[0], ignoreCase: true);
        Checks checks = new();
        Fiber main = Fiber.ForCurrentThread(kind);
        Thread self = Thread.CurrentThread;
        int id = Environment.CurrentManagedThreadId;
        using ManualResetEvent released = new(false);
        int turns = 0;

        // The other fiber takes over the initial kernel thread, gives main one of its own, leaves the initial one, and ends elsewhere.
        Fiber other = Fiber.Create(kind);
        Fiber? second = null;
        Thread thread = new(() =>
        {
            other.Detach();
            turns++;
            if (!main.TryAttach(out int errno)) throw new InvalidOperationException($"errno {errno}");
            released.WaitOne();
            turns++;
            other.Detach();
            turns++;
            other.LeaveCarrierTo(second!);
            other.Retire();
        }, 256 * 1024) { IsBackground = true };
        other.Launch(thread, t => t.Start());
        main.LeaveCarrierTo(other);

        checks.That("identity", Thread.CurrentThread == self && Environment.CurrentManagedThreadId == id);
        checks.That("the other ran", turns == 1, turns);
        released.Set();
        other.AwaitDetached();
        checks.That("the other left the initial kernel thread", turns == 2, turns);
        checks.That("/proc/self is whole", File.ReadLines("/proc/self/maps").Any() && Process.GetCurrentProcess().MainModule != null && Environment.WorkingSet > 0);
        GC.Collect();
        Thread carrier = new(() =>
        {
            second = Fiber.ForCurrentThread(kind);
            second.SwitchTo(other);
            _ = other.TryAttach(out _);
            second.Retire();
        });
        carrier.Start();
        carrier.Join();
        thread.Join();
        checks.That("the other ended elsewhere", turns == 3 && !thread.IsAlive, turns);
        main.Retire();
        Console.WriteLine($"process {Environment.ProcessId}");
        return checks.Finish();
    }
}
