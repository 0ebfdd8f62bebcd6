using System.Diagnostics;

namespace Patchy.Scenarios.Promises;

/// <summary>One inside at a time, whoever the owner is; and whoever waits costs no processor time.</summary>
internal sealed class LockExclusion : IScenario
{
    private const double MostProcessorShare = 0.05;

    public int Run(string[] args)
    {
        _ = Patch.All();
        var checks = new Checks();
        object gate = new();
        var newGate = new Lock();
        Counts(checks, "lock", body => { lock (gate) body(); });
        Counts(checks, "Lock", body => { lock (newGate) body(); });
        Owned(checks, "a native owner", body => Vitals.Native(body).Wait);
        Owned(checks, "a green owner", body =>
        {
            var owner = new Thread(() => body());
            owner.Start();
            return owner.Join;
        });
        return checks.Finish();
    }

    private static void Counts(Checks checks, string name, Action<Action> locked)
    {
        int count = 0;
        void Add()
        {
            for (int i = 0; i < 200; i++)
            {
                locked(() =>
                {
                    int old = count;
                    if (i % 4 == 0) Thread.Sleep(1);
                    else Thread.Yield();
                    count = old + 1;
                });
            }
        }

        Thread[] green = [.. Enumerable.Range(0, 2).Select(_ => new Thread(Add))];
        foreach (Thread t in green) t.Start();
        Task native = Vitals.Native(Add);
        foreach (Thread t in green) t.Join();
        native.Wait();
        checks.That($"{name}: two greenlets and a native thread", count == 600, count);
    }

    /// <summary><paramref name="start"/> starts the owner and gives what waits for its end.</summary>
    private static void Owned(Checks checks, string owner, Func<Action, Action> start)
    {
        object gate = new();
        var newGate = new Lock();
        using var held = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        Action join = start(() =>
        {
            lock (gate)
            lock (newGate)
            {
                held.Set();
                release.Wait();
            }
        });
        held.Wait();
        Idle(checks, owner, release, gate, newGate);
        join();
    }

    /// <summary>Twenty green threads and two native ones wait for each lock, a ticker shows that the hub is free, and the processor rests.</summary>
    private static void Idle(Checks checks, string owner, ManualResetEventSlim release, object gate, Lock newGate)
    {
        int ticks = 0, inside = 0;
        bool stop = false;
        var ticker = new Thread(() =>
        {
            while (!stop)
            {
                Thread.Sleep(20);
                ticks++;
            }
        });
        ticker.Start();
        void Wait(int n)
        {
            if (n % 2 == 0)
            {
                lock (gate) Interlocked.Increment(ref inside);
            }
            else
            {
                lock (newGate) Interlocked.Increment(ref inside);
            }
        }

        Thread[] green = [.. Enumerable.Range(0, 20).Select(n => new Thread(() => Wait(n)))];
        foreach (Thread t in green) t.Start();
        Task[] native = [.. Enumerable.Range(0, 2).Select(n => Vitals.Native(() => Wait(n)))];
        Thread.Sleep(300); // the native ones have spun
        double share = 1;
        int seen = 0;
        for (int round = 0; round < 10 && (share >= MostProcessorShare || seen <= 20); round++) // who polls does so in each round; the compiler, in the background, and a machine that is slow do not
        {
            TimeSpan before = Vitals.ProcessorTime;
            var clock = Stopwatch.StartNew();
            int ticksBefore = ticks;
            Thread.Sleep(1200);
            share = (Vitals.ProcessorTime - before) / clock.Elapsed;
            seen = ticks - ticksBefore;
        }
        checks.That($"{owner}: nobody is inside", Volatile.Read(ref inside) == 0, inside);
        checks.That($"{owner}: processor share below {MostProcessorShare}", share < MostProcessorShare, $"{share:P1}");
        checks.That($"{owner}: the others run", seen > 20, seen);
        release.Set();
        foreach (Thread t in green) t.Join();
        Task.WaitAll(native);
        stop = true;
        ticker.Join();
        checks.That($"{owner}: all got in", inside == 22, inside);
    }
}
