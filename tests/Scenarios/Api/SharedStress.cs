using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Patchy.Scenarios;

/// <summary>
/// Base of the stress of one primitive of the API: eight native threads and a thousand greenlets on two hubs share it, round after round for the given number of
/// seconds. The counts of each round have to agree and nothing may get stuck. Arguments: user or kernel, seconds; "patched" as a third one for the same after
/// Patch.All().
/// </summary>
internal abstract class SharedStress : IScenario
{
    public const int Natives = 8;
    public const int Hubs = 2;
    public const int GreenletsPerHub = 500;
    public const int All = Natives + (Hubs * GreenletsPerHub);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Checks _checks = new();
    private readonly List<BlockingCollection<Action>> _threads = [];
    private long _operations;

    public int Run(string[] args)
    {
        FiberKind kind = args is ["kernel", ..] ? FiberKind.Kernel : FiberKind.Auto;
        double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 3;
        // Threads that are started before the patch, and those of a pool thread after it, stay native.
        for (int i = 0; i < Natives + Hubs; i++) _threads.Add(StartThread(i < Hubs ? kind : null));
        if (args is [_, _, "patched"]) Patch.All(new PatchOptions { FiberKind = kind });
        Hub.DefaultFiber = kind;
        var watch = Stopwatch.StartNew();
        int rounds = 0;
        do Round(rounds++);
        while (watch.Elapsed.TotalSeconds < seconds);
        Console.WriteLine($"{rounds} rounds, {_operations:N0} operations in {watch.Elapsed.TotalSeconds:0.0} s, {HubMonitor.Reliefs} reliefs");
        return _checks.Finish();
    }

    /// <summary>One round with fresh objects; ends with <see cref="Check"/>.</summary>
    protected abstract void Round(int seed);

    /// <summary>Runs the body on each participant, numbered from 0: the native threads come first. False when they have not all come to an end in time.</summary>
    protected bool OnAll(Action<int> body)
    {
        using var ended = new CountdownEvent(Natives + Hubs);
        int failures = 0;
        void Guarded(int number)
        {
            try
            {
                body(number);
            }
            catch (Exception exception)
            {
                if (Interlocked.Increment(ref failures) == 1) Console.WriteLine($"participant {number}: {exception}");
            }
        }
        for (int i = 0; i < _threads.Count; i++)
        {
            int thread = i;
            _threads[i].Add(() =>
            {
                if (thread >= Hubs) Guarded(thread - Hubs);
                else Greenlet.JoinAll([.. Enumerable.Range(0, GreenletsPerHub).Select(g => SpawnOne(Natives + (thread * GreenletsPerHub) + g))]);
                ended.Signal();
            });
        }
        if (ended.Wait(s_patience)) return failures == 0;
        Console.WriteLine(HubDump.Text());
        return false;

        Greenlet SpawnOne(int number) => Greenlet.Spawn(() => Guarded(number));
    }

    /// <summary>What a round has done, for the last line.</summary>
    protected void Count(long operations) => _operations += operations;

    /// <summary>Notes the result of a round; a bad one ends the process, since a hang leaves participants behind.</summary>
    protected void Check(string name, bool ok, string found)
    {
        _checks.That(name, ok, ok ? null : found);
        if (ok) return;
        Console.Out.Flush();
        Environment.Exit(1);
    }

    // The thread sleeps natively between rounds: nothing of its hub has anything to do then.
    private static BlockingCollection<Action> StartThread(FiberKind? hub)
    {
        var work = new BlockingCollection<Action>();
        using var started = new ManualResetEventSlim();
        new Thread(() =>
        {
            if (hub is { } kind) _ = Hub.Create(kind);
            started.Set();
            foreach (Action action in work.GetConsumingEnumerable()) action();
        }) { IsBackground = true }.Start();
        started.Wait();
        return work;
    }
}
