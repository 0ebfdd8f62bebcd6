using System.Diagnostics;
using System.Globalization;
using Patchy.Queues;

namespace Patchy.Scenarios;

/// <summary>
/// Eight native threads and a thousand greenlets on two hubs share a queue of each kind, again and again for the given number of seconds, while another thread kills the
/// greenlets that get: every item comes out exactly once, those of one producer in order where the queue has one, the counts agree, and nothing hangs.
/// Arguments: user or kernel, seconds, "patched" for the same with Patch.All.
/// </summary>
internal sealed class QueueStress : IScenario
{
    private const int Natives = 8, Hubs = 2, Greenlets = 1000, Participants = Natives + Greenlets, Producers = Participants / 2, ItemsEach = 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(1);

    private readonly Checks _checks = new();
    private readonly SimpleQueue<Action>[] _jobs = [.. Enumerable.Range(0, Natives + Hubs).Select(_ => new SimpleQueue<Action>())];
    private readonly SimpleQueue<Exception?> _done = new();
    private long _kills, _late, _items;

    public int Run(string[] args)
    {
        FiberKind kind = args is ["kernel", ..] ? FiberKind.Kernel : FiberKind.User;
        double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        if (args is [_, _, "patched", ..]) Patch.All(new PatchOptions { FiberKind = kind });
        StartThreads(kind);
        var watch = Stopwatch.StartNew();
        int rounds = 0;
        do
        {
            Round(new SimpleQueue<int>(), rounds, inOrder: true);
            Round(new SimpleQueue<int>(3), rounds, inOrder: true);
            Round(new JoinableQueue<int>(7), rounds, inOrder: true);
            Round(new PriorityQueue<int>(5), rounds, inOrder: false);
            Round(new LifoQueue<int>(5), rounds, inOrder: false);
            Round(new Channel<int>(), rounds, inOrder: true);
            rounds++;
        }
        while (watch.Elapsed.TotalSeconds < seconds);
        foreach (SimpleQueue<Action> jobs in _jobs) jobs.Shutdown();
        Console.WriteLine($"{rounds} rounds, {_items} items, {_kills} gets killed, {_late} puts and gets too late, in {watch.Elapsed.TotalSeconds:0.0} s");
        _checks.That("gets were killed, and some were too late", _kills > 0 && _late > 0);
        return _checks.Finish();
    }

    // What a pool thread starts stays native when patched.
    private void StartThreads(FiberKind kind) => Task.Run(() =>
    {
        for (int i = 0; i < _jobs.Length; i++)
        {
            int number = i;
            new Thread(() =>
            {
                if (number >= Natives) _ = Hub.Create(kind);
                foreach (Action job in _jobs[number])
                {
                    Exception? error = null;
                    try { job(); }
                    catch (Exception exception) { error = exception; }
                    _done.Put(error);
                }
            }) { IsBackground = true, Name = number < Natives ? "native" : "hub" }.Start();
        }
    }).Wait();

    private void Round(QueueBase<int> queue, int seed, bool inOrder)
    {
        int[] seen = new int[Producers * ItemsEach];
        int producing = Producers, disorder = 0;
        Greenlet?[] getters = new Greenlet?[Participants];

        void Produce(int producer)
        {
            for (int i = 0; i < ItemsEach; i++)
            {
                int item = producer * ItemsEach + i;
                if ((producer + i + seed) % 3 != 0) queue.Put(item);
                else while (!queue.TryPut(item, s_moment)) Interlocked.Increment(ref _late);
            }
            if (Interlocked.Decrement(ref producing) == 0) queue.Shutdown();
        }

        void Consume(int number)
        {
            int[] last = new int[Producers];
            Array.Fill(last, -1);
            for (int i = 0; ; i++)
            {
                int item;
                try
                {
                    if ((number + i + seed) % 3 == 0)
                    {
                        if (!queue.TryGet(out item, s_moment))
                        {
                            Interlocked.Increment(ref _late);
                            continue;
                        }
                    }
                    else
                    {
                        if ((number + i) % 7 == 0 && queue is SimpleQueue<int> looked) looked.TryPeek(out _, s_moment);
                        item = queue.Get();
                    }
                }
                catch (GreenletExit)
                {
                    Interlocked.Increment(ref _kills);
                    continue;
                }
                catch (QueueShutDownException)
                {
                    return;
                }
                Interlocked.Increment(ref seen[item]);
                (int producer, int sequence) = Math.DivRem(item, ItemsEach);
                if (sequence <= last[producer]) Interlocked.Increment(ref disorder);
                last[producer] = sequence;
                if (queue is JoinableQueue<int> joinable) joinable.TaskDone();
            }
        }

        void Part(int number)
        {
            if (number % 2 == 0)
            {
                Produce(number / 2);
                return;
            }
            while (true)
            {
                try
                {
                    Consume(number);
                    return;
                }
                catch (GreenletExit) // between two gets: Consume begins anew
                {
                    Interlocked.Increment(ref _kills);
                }
            }
        }

        for (int i = 0; i < _jobs.Length; i++)
        {
            int job = i;
            _jobs[job].Put(job < Natives ? () => Part(job) : () =>
            {
                var mine = new List<Greenlet>();
                for (int number = Natives + job - Natives; number < Participants; number += Hubs)
                {
                    int part = number;
                    Greenlet greenlet = Greenlet.Spawn(() => Part(part));
                    mine.Add(greenlet);
                    if (part % 2 != 0) Volatile.Write(ref getters[part], greenlet);
                }
                Greenlet.JoinAll([.. mine]);
            });
        }
        bool over = false;
        Task killer = Task.Run(() =>
        {
            var random = new Random(seed);
            while (!Volatile.Read(ref over))
            {
                if (Volatile.Read(ref getters[random.Next(Participants)]) is { } victim) victim.Kill(new GreenletExit(), block: false);
                Thread.SpinWait(2000);
            }
        });
        bool ended = true;
        for (int i = 0; i < _jobs.Length && ended; i++)
        {
            ended = _done.TryGet(out Exception? error, s_patience);
            if (error is not null) Console.WriteLine(error);
            ended &= error is null;
        }
        Volatile.Write(ref over, true);
        killer.Wait();
        _items += seen.Length;
        bool joined = queue is not JoinableQueue<int> tasks || (tasks.UnfinishedTasks == 0 && tasks.Join(TimeSpan.Zero));
        int wrong = seen.Count(times => times != 1);
        bool ok = ended && wrong == 0 && joined && queue.Count == 0 && (!inOrder || disorder == 0);
        if (!ended) Console.WriteLine(HubDump.Text());
        _checks.That($"{queue.GetType().Name}, round {seed}", ok, ok ? null : $"{queue}: ended {ended}, {wrong} items not exactly once, {disorder} out of order, tasks done {joined}");
        if (!ok) Environment.Exit(_checks.Finish()); // a hang leaves greenlets behind: what follows would tell nothing
    }
}
