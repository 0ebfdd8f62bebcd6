using CsCheck;
using FluentAssertions;
using Patchy.Queues;
using Xunit;

namespace Patchy.Tests.Queues;

/// <summary>Random schedules on each queue, step by step beside a plain model.</summary>
public sealed class QueueModelTests
{
    private const int Schedules = 400;

    private static readonly Gen<(Step Step, int Number)[]> s_schedules =
        Gen.Select(Gen.Int[0, 99].Select(Weighted), Gen.Int[0, 30]).Array[1, 60];

    private enum Step { TryPut, TryGet, TryPeek, Put, Get, Peek, LatePut, LateGet, Kill, Settle, Resize, Shutdown, ShutdownNow }

    public static TheoryData<FiberKind, string, int> Cases
    {
        get
        {
            TheoryData<FiberKind, string, int> all = [];
            foreach (FiberKind kind in TestKinds.All)
                foreach (string queue in new[] { "simple", "joinable", "lifo", "priority" })
                    foreach (int size in new[] { 0, 1, 3 }) all.Add(kind, queue, size);
            return all;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void RandomSchedule_DoesWhatTheModelDoes(FiberKind kind, string queue, int size) => OnHub.Run(kind, () =>
        s_schedules.Sample(schedule => Play(queue, size, schedule), iter: Schedules, threads: 1));

    private static Step Weighted(int roll) => roll switch
    {
        < 18 => Step.TryPut,
        < 30 => Step.TryGet,
        < 34 => Step.TryPeek,
        < 48 => Step.Put,
        < 64 => Step.Get,
        < 70 => Step.Peek,
        < 72 => Step.LatePut,
        < 74 => Step.LateGet,
        < 84 => Step.Kill,
        < 94 => Step.Settle,
        < 97 => Step.Resize,
        < 99 => Step.Shutdown,
        _ => Step.ShutdownNow,
    };

    private static void Play(string kind, int size, (Step Step, int Number)[] schedule)
    {
        Greenlet.Running.Should().NotBeNull("the schedule runs on the hub of the test");
        SimpleQueue<int> queue = kind switch
        {
            "simple" => new SimpleQueue<int>(size),
            "joinable" => new JoinableQueue<int>(size),
            "lifo" => new LifoQueue<int>(size),
            _ => new PriorityQueue<int>(size),
        };
        var model = new QueueModel(size, kind switch { "lifo" => items => items[^1], "priority" => items => items.Min(), _ => null });
        var results = new Dictionary<int, string>();
        var workers = new List<Greenlet>();
        int items = 0;
        int NextItem(int number) => number * 1000 + items++; // the priority comes first, and no two are equal

        void Spawn(Func<string> body)
        {
            int worker = workers.Count;
            workers.Add(Greenlet.Spawn(() =>
            {
                try { results[worker] = body(); }
                catch (GreenletExit) { results[worker] = "killed"; }
                catch (QueueShutDownException) { results[worker] = "shut down"; }
                catch (QueueFullException) { results[worker] = "full"; }
                catch (QueueEmptyException) { results[worker] = "empty"; }
            }));
            model.Run(); // those that were woken are before it in the run queue
            Greenlet.Yield();
        }

        void Settle()
        {
            Till.Settled();
            model.Run();
        }

        foreach ((Step step, int number) in schedule)
        {
            int item = NextItem(number), worker = workers.Count;
            switch (step)
            {
                case Step.TryPut:
                    if (!queue.IsShutDown) queue.TryPut(item).Should().Be(model.TryPut(item));
                    break;
                case Step.TryGet or Step.TryPeek:
                    if (queue.IsShutDown && model.Count == 0) break;
                    int got = 0;
                    bool did = step == Step.TryGet ? queue.TryGet(out got) : queue.TryPeek(out got);
                    (did ? got : (int?)null).Should().Be(model.TryTake(peek: step == Step.TryPeek));
                    break;
                case Step.Put:
                    Spawn(() => { queue.Put(item); return "put"; });
                    model.Put(worker, item);
                    break;
                case Step.Get:
                    Spawn(() => $"got {queue.Get()}");
                    model.Take(worker, peek: false);
                    break;
                case Step.Peek:
                    Spawn(() => $"saw {queue.Peek()}");
                    model.Take(worker, peek: true);
                    break;
                case Step.LatePut or Step.LateGet: // waits to its end, while nobody else does anything
                    Settle();
                    bool put = step == Step.LatePut;
                    Spawn(() =>
                    {
                        if (!put) return $"got {queue.Get(TimeSpan.FromMilliseconds(1))}";
                        queue.Put(item, TimeSpan.FromMilliseconds(1));
                        return "put";
                    });
                    workers[worker].Join();
                    if (put) model.Put(worker, item);
                    else model.Take(worker, peek: false);
                    model.Kill(worker);
                    if (model.Results[worker] == "killed") model.Results[worker] = put ? "full" : "empty";
                    break;
                case Step.Kill:
                    if (workers.Count == 0) break;
                    workers[number % workers.Count].Kill(new GreenletExit(), block: false);
                    model.Kill(number % workers.Count);
                    break;
                case Step.Resize:
                    queue.MaxSize = number % 5;
                    model.Resize(number % 5);
                    break;
                case Step.Shutdown or Step.ShutdownNow:
                    queue.Shutdown(step == Step.ShutdownNow);
                    model.Shutdown(step == Step.ShutdownNow);
                    break;
                default:
                    Settle();
                    break;
            }
            (queue.Count, queue.MaxSize).Should().Be((model.Count, model.MaxSize));
            queue.IsFull.Should().Be(model.MaxSize is { } limit && model.Count >= limit);
            queue.ToArray().Should().Equal(model.Items);
            if (queue is JoinableQueue<int> joinable) joinable.UnfinishedTasks.Should().Be(model.Unfinished);
        }
        Settle();
        results.OrderBy(r => r.Key).Should().Equal(model.Results.OrderBy(r => r.Key));
        foreach (Greenlet left in workers) left.Kill();
        queue.ToArray().Should().Equal(model.Items, "those who were still waiting have left no trace");
    }
}
