using Patchy.Diagnostics;
using Patchy.Fibers;
using Patchy.Scenarios.Promises;

namespace Patchy.Scenarios.Faults;

/// <summary>All that a connection can leave behind in a process and in a hub.</summary>
internal sealed record Holdings(int Descriptors, int Greenlets, int Registrations, int Timers, int Threads, int Fibers, long Heap)
{
    /// <summary>Once it changes no more: what ends, ends a little later than who waits for it is told.</summary>
    public static Holdings Settled(Hub hub, Holdings? before = null)
    {
        Holdings last = Now(hub);
        for (int i = 0, same = 0; i < 2000 && same < 10; i++)
        {
            Thread.Sleep(20);
            Holdings now = Now(hub);
            bool stays = now.Descriptors == last.Descriptors && now.Greenlets == last.Greenlets && now.Threads == last.Threads && now.Fibers == last.Fibers;
            same = stays && (before is null || now.Fits(before)) ? same + 1 : 0;
            last = now;
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Now(hub) with { Heap = GC.GetTotalMemory(forceFullCollection: true) };
    }

    public static Holdings Now(Hub hub) => new(
        Faults.Descriptors.Count, RunInfo.Greenlets().Count, ReactorEntries.Count(hub), hub.Timers.Count, Vitals.KernelThreads, Fiber.LiveCount, GC.GetTotalMemory(forceFullCollection: false));

    private bool Fits(Holdings before) => Descriptors <= before.Descriptors + 2 && Greenlets <= before.Greenlets && Registrations <= before.Registrations + 2
        && Timers <= before.Timers + 1 && Threads <= before.Threads + 8 && Fibers <= before.Fibers + 16;

    /// <summary>Nothing of <paramref name="count"/> connections is left, where <paramref name="before"/> was found before them. Fibers and threads are kept for the next, some more or less.</summary>
    public void IsNoMoreThan(Holdings before, int count, Checks checks)
    {
        // What Fits says, in words.
        checks.That("descriptors", Descriptors <= before.Descriptors + 2, $"{before.Descriptors} before, {Descriptors} after");
        checks.That("greenlets", Greenlets <= before.Greenlets, $"{before.Greenlets} before, {Greenlets} after");
        checks.That("registrations in the reactor", Registrations <= before.Registrations + 2, $"{before.Registrations} before, {Registrations} after");
        checks.That("timers", Timers <= before.Timers + 1, $"{before.Timers} before, {Timers} after");
        checks.That("kernel threads", Threads <= before.Threads + 8, $"{before.Threads} before, {Threads} after");
        checks.That("fibers", Fibers <= before.Fibers + 16, $"{before.Fibers} before, {Fibers} after");
        checks.That("managed heap", Heap - before.Heap < (1 << 20) + 40L * count, $"{before.Heap >> 10} KB before, {Heap >> 10} KB after");
    }
}
