using System.Collections.Concurrent;
using System.Diagnostics;

namespace Patchy.Scenarios;

/// <summary>
/// Four native threads and two hundred green ones on each primitive, again and again for the given number of seconds: the counts agree and nothing hangs.
/// Argument: seconds.
/// </summary>
internal sealed class PrimitiveStress : IScenario
{
    private const int Natives = 4;
    private const int Greens = 200;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Checks _checks = new();

    public int Run(string[] args)
    {
        Patch.All();
        double seconds = args.Length > 0 ? double.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 5;
        var watch = Stopwatch.StartNew();
        int rounds = 0;
        do
        {
            Round(rounds++);
        }
        while (watch.Elapsed.TotalSeconds < seconds);
        Console.WriteLine($"{rounds} rounds in {watch.Elapsed.TotalSeconds:0.0} s");
        return _checks.Finish();
    }

    private void Round(int seed)
    {
        object monitor = new();
        Excludes("lock", body => { lock (monitor) body(); }, seed);
        Lock gate = new();
        Excludes("Lock", body => { lock (gate) body(); }, seed);
        using Mutex mutex = new();
        Excludes("Mutex", body => { mutex.WaitOne(); body(); mutex.ReleaseMutex(); }, seed);
        using Semaphore semaphore = new(1, 1);
        Excludes("Semaphore", body => { semaphore.WaitOne(); body(); semaphore.Release(); }, seed);
        using AutoResetEvent token = new(true);
        Excludes("AutoResetEvent", body => { token.WaitOne(); body(); token.Set(); }, seed);
        using SemaphoreSlim slim = new(1);
        Excludes("SemaphoreSlim", body => { slim.Wait(); body(); slim.Release(); }, seed);
        using ReaderWriterLockSlim readerWriter = new();
        Excludes("ReaderWriterLockSlim", body => { readerWriter.EnterWriteLock(); body(); readerWriter.ExitWriteLock(); }, seed);
        Transfers("BlockingCollection", seed);
        Pulses(seed);
        Meets(seed);
        AnyOfTwo(seed);
    }

    private void Excludes(string name, Action<Action> guarded, int seed)
    {
        const int Times = 25;
        int inside = 0, most = 0, done = 0;
        bool ended = OnAll(number =>
        {
            for (int i = 0; i < Times; i++)
            {
                guarded(() =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    if ((number + i + seed) % 97 == 0) Thread.Sleep(1);
                    else if ((number + i) % 7 == 0) Thread.Yield();
                    Interlocked.Decrement(ref inside);
                    done++;
                });
                if ((number + i) % 5 == 0) Thread.Yield();
            }
        });
        Check(name, ended && most == 1 && done == (Natives + Greens) * Times, $"ended {ended}, most inside {most}, done {done}");
    }

    private void Transfers(string name, int seed)
    {
        const int Items = 50;
        using var queue = new BlockingCollection<int>(8);
        long put = 0, taken = 0;
        bool ended = OnAll(number =>
        {
            if (number % 2 == 0)
            {
                for (int i = 0; i < Items; i++)
                {
                    queue.Add(i + seed);
                    Interlocked.Add(ref put, i + seed);
                }
            }
            else
            {
                for (int i = 0; i < Items; i++) Interlocked.Add(ref taken, queue.Take());
            }
        });
        Check(name, ended && put == taken && queue.Count == 0, $"ended {ended}, put {put}, taken {taken}, left {queue.Count}");
    }

    // Permits by hand, with waits that time out: a pulse that got lost leaves somebody asleep until its timeout, a double one shows as a negative count.
    private void Pulses(int seed)
    {
        const int Times = 20;
        object gate = new();
        int permits = 5, lowest = 5, done = 0;
        bool ended = OnAll(number =>
        {
            for (int i = 0; i < Times; i++)
            {
                lock (gate)
                {
                    while (permits == 0) Monitor.Wait(gate, (number + i + seed) % 3 == 0 ? 3 : Timeout.Infinite);
                    lowest = Math.Min(lowest, --permits);
                }
                if ((number + i) % 11 == 0) Thread.Sleep(1);
                else Thread.Yield();
                lock (gate)
                {
                    permits++;
                    done++;
                    Monitor.Pulse(gate);
                }
            }
        });
        Check("Monitor.Wait and Pulse", ended && permits == 5 && lowest >= 0 && done == (Natives + Greens) * Times, $"ended {ended}, permits {permits}, lowest {lowest}, done {done}");
    }

    private void Meets(int seed)
    {
        const int Phases = 5;
        int[] arrived = new int[Phases];
        bool early = false;
        using var barrier = new Barrier(Natives + Greens);
        using var all = new CountdownEvent(Natives + Greens);
        using var go = new ManualResetEventSlim();
        bool ended = OnAll(number =>
        {
            all.Signal();
            if (number == seed % (Natives + Greens))
            {
                all.Wait();
                go.Set();
            }
            go.Wait();
            for (int phase = 0; phase < Phases; phase++)
            {
                Interlocked.Increment(ref arrived[phase]);
                barrier.SignalAndWait();
                if (Volatile.Read(ref arrived[phase]) != Natives + Greens) early = true;
            }
        });
        Check("CountdownEvent, ManualResetEventSlim, Barrier", ended && !early, $"ended {ended}, early {early}");
    }

    private void AnyOfTwo(int seed)
    {
        const int Times = 10;
        using var a = new Semaphore(0, int.MaxValue);
        using var b = new Semaphore(0, int.MaxValue);
        int got = 0, wrong = 0;
        bool ended = OnAll(number =>
        {
            for (int i = 0; i < Times; i++)
            {
                if (number % 2 == 0) ((number + i + seed) % 3 == 0 ? a : b).Release();
                else if (WaitHandle.WaitAny([a, b]) is 0 or 1) Interlocked.Increment(ref got);
                else Interlocked.Increment(ref wrong);
            }
        });
        bool rest = a.WaitOne(0) || b.WaitOne(0);
        Check("WaitAny of semaphores", ended && wrong == 0 && got == (Natives + Greens) / 2 * Times && !rest, $"ended {ended}, got {got}, wrong {wrong}, rest {rest}");
    }

    private static bool OnAll(Action<int> body)
    {
        // What a pool thread starts stays native; what this thread starts is green.
        Thread[] natives = Task.Run(() =>
        {
            Thread[] made = [.. Enumerable.Range(0, Natives).Select(i => new Thread(() => body(i)) { IsBackground = true })];
            foreach (Thread thread in made) thread.Start();
            return made;
        }).Result;
        Thread[] greens = [.. Enumerable.Range(Natives, Greens).Select(i => new Thread(() => body(i)) { IsBackground = true })];
        foreach (Thread thread in greens) thread.Start();
        var watch = Stopwatch.StartNew();
        bool ended = true;
        foreach (Thread thread in natives.Concat(greens)) ended &= thread.Join(Math.Max(1, (int)(s_patience - watch.Elapsed).TotalMilliseconds));
        if (!ended) Console.WriteLine(HubDump.Text());
        return ended;
    }

    private void Check(string name, bool ok, string found)
    {
        _checks.That(name, ok, ok ? null : found);
        if (!ok) Environment.Exit(1); // a hang leaves greenlets behind: what follows would tell nothing
    }
}
