using System.Collections.Concurrent;
using System.Diagnostics;

namespace Patchy.Scenarios.Promises;

/// <summary>Hand-overs between 4 native threads and 1,000 greenlets, both ways, through what the class library offers. Nothing may be lost or come twice.</summary>
internal sealed class BorderTraffic : IScenario
{
    private const int Greenlets = 1000;
    private const int Natives = 4;

    public int Run(string[] args)
    {
        _ = Patch.All();
        int total = Begin.Number(args, 0, 1_000_000);
        var checks = new Checks();
        int third = total / 3;
        Collections(checks, third / 2);
        Semaphores(checks, third);
        Events(checks, third);
        return checks.Finish();
    }

    /// <summary>Natives produce, greenlets consume and pass on, natives consume: two hand-overs an item.</summary>
    private static void Collections(Checks checks, int items)
    {
        var clock = Stopwatch.StartNew();
        items -= items % Natives;
        using var there = new BlockingCollection<int>(500);
        using var back = new BlockingCollection<int>(500);
        long sum = 0, green = 0;
        Task[] producers = [.. Enumerable.Range(0, Natives).Select(n => Vitals.Native(() =>
        {
            for (int i = n; i < items; i += Natives) there.Add(i);
        }))];
        Task[] consumers = [.. Enumerable.Range(0, Natives).Select(_ => Vitals.Native(() =>
        {
            foreach (int i in back.GetConsumingEnumerable()) Interlocked.Add(ref sum, i);
        }))];
        Thread[] greenlets = Start(Greenlets, _ =>
        {
            foreach (int i in there.GetConsumingEnumerable())
            {
                Interlocked.Add(ref green, i);
                back.Add(i);
            }
        });
        Task.WaitAll(producers);
        there.CompleteAdding();
        foreach (Thread t in greenlets) t.Join();
        back.CompleteAdding();
        Task.WaitAll(consumers);
        long expected = (long)items * (items - 1) / 2;
        checks.That("collections", sum == expected && green == expected, $"{2 * items} hand-overs in {clock.ElapsedMilliseconds} ms, sums {green} and {sum} of {expected}");
    }

    /// <summary>Every release is taken once: natives release and greenlets wait, and the other way round.</summary>
    private static void Semaphores(Checks checks, int permits)
    {
        var clock = Stopwatch.StartNew();
        int each = permits / 2 / Greenlets;
        int share = each * Greenlets / Natives;
        using var there = new SemaphoreSlim(0);
        using var back = new SemaphoreSlim(0);
        long taken = 0, returned = 0;
        Thread[] greenlets = Start(Greenlets, _ =>
        {
            for (int i = 0; i < each; i++)
            {
                there.Wait();
                Interlocked.Increment(ref taken);
                back.Release();
            }
        });
        Task[] natives = [.. Enumerable.Range(0, Natives).Select(_ => Vitals.Native(() =>
        {
            for (int i = 0; i < share; i++)
            {
                there.Release();
                back.Wait();
                Interlocked.Increment(ref returned);
            }
        }))];
        Task.WaitAll(natives);
        foreach (Thread t in greenlets) t.Join();
        long expected = (long)share * Natives;
        checks.That("semaphores", taken == expected && returned == expected && there.CurrentCount == 0 && back.CurrentCount == 0,
            $"{2 * expected} hand-overs in {clock.ElapsedMilliseconds} ms, {taken} and {returned} of {expected}, left {there.CurrentCount} and {back.CurrentCount}");
    }

    /// <summary>Each native thread plays ping-pong with its greenlets, one pair of events each.</summary>
    private static void Events(Checks checks, int signals)
    {
        var clock = Stopwatch.StartNew();
        int rounds = signals / 2 / Greenlets;
        var ping = new ManualResetEventSlim[Greenlets];
        var pong = new ManualResetEventSlim[Greenlets];
        for (int i = 0; i < Greenlets; i++)
        {
            ping[i] = new ManualResetEventSlim();
            pong[i] = new ManualResetEventSlim();
        }

        long green = 0, native = 0;
        Thread[] greenlets = Start(Greenlets, n =>
        {
            for (int i = 0; i < rounds; i++)
            {
                ping[n].Wait();
                ping[n].Reset();
                Interlocked.Increment(ref green);
                pong[n].Set();
            }
        });
        Task[] natives = [.. Enumerable.Range(0, Natives).Select(w => Vitals.Native(() =>
        {
            for (int i = 0; i < rounds; i++)
            {
                for (int n = w; n < Greenlets; n += Natives) ping[n].Set();
                for (int n = w; n < Greenlets; n += Natives)
                {
                    pong[n].Wait();
                    pong[n].Reset();
                    Interlocked.Increment(ref native);
                }
            }
        }))];
        Task.WaitAll(natives);
        foreach (Thread t in greenlets) t.Join();
        long expected = (long)rounds * Greenlets;
        checks.That("events", green == expected && native == expected, $"{2 * expected} hand-overs in {clock.ElapsedMilliseconds} ms, {green} and {native} of {expected}");
    }

    private static Thread[] Start(int count, Action<int> body)
    {
        Thread[] threads = [.. Enumerable.Range(0, count).Select(n => new Thread(() => body(n)))];
        foreach (Thread t in threads) t.Start();
        return threads;
    }
}
