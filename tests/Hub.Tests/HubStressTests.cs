using System.Collections.Concurrent;
using FluentAssertions;
using Patchy.Threading;
using Xunit;

namespace Patchy.Tests;

/// <summary>Everything at once and at random, seeded: nothing may hang, get lost or run under another's identity.</summary>
public sealed class HubStressTests
{
    private const int Greenlets = 200;
    private const int Steps = 60;

    [ThreadStatic] private static object? t_identity;

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Everything_AtRandom_EndsWithNothingLost(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        var bell = new ConcurrentQueue<Waiter>();
        using var over = new CancellationTokenSource();
        Thread[] wakers = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!over.IsCancellationRequested)
                if (bell.TryDequeue(out Waiter? waiter)) waiter.Wake();
                else Thread.Yield();
        }))];
        foreach (Thread waker in wakers) waker.StartNatively();

        int finished = 0, killed = 0;
        var all = new List<Greenlet>();
        for (int i = 0; i < Greenlets; i++)
        {
            int seed = i;
            all.Add(Greenlet.Spawn(() =>
            {
                try
                {
                    Wander(new Random(seed), bell, all);
                    finished++;
                }
                catch (GreenletExit)
                {
                    killed++;
                    throw;
                }
            }));
        }
        Greenlet.JoinAll([.. all]);
        over.Cancel();
        foreach (Thread waker in wakers) waker.Join();
        quiet.Seen.Should().BeEmpty();
        int neverRan = all.Count - finished - killed;
        neverRan.Should().BeGreaterThanOrEqualTo(0);
        finished.Should().BeGreaterThan(Greenlets / 4);
        all.Should().OnlyContain(greenlet => greenlet.Dead && greenlet.Successful);
    });

    private static void Wander(Random random, ConcurrentQueue<Waiter> bell, List<Greenlet> all)
    {
        object identity = new();
        t_identity = identity;
        Thread thread = Thread.CurrentThread;
        for (int step = 0; step < Steps; step++)
        {
            Step(random, bell, all);
            t_identity.Should().BeSameAs(identity);
            Thread.CurrentThread.Should().BeSameAs(thread);
        }
    }

    private static void Step(Random random, ConcurrentQueue<Waiter> bell, List<Greenlet> all)
    {
        switch (random.Next(12))
        {
            case 0 or 1 or 2:
                Greenlet.Yield();
                break;
            case 3 or 4:
                Greenlet.Sleep(TimeSpan.FromMilliseconds(random.Next(3)));
                break;
            case 5 or 6:
                var waiter = new Waiter(Greenlet.Running!, "a native thread");
                bell.Enqueue(waiter);
                if (waiter.Park(Deadline.Never) == ParkResult.Interrupted) Greenlet.Running!.RaisePending();
                break;
            case 7:
                Escape.Run(EscapePool.Blocking, 0, static _ => { Thread.Sleep(1); return 0; });
                break;
            case 8:
                int value = random.Next();
                Greenlet.Spawn(() => { Greenlet.Yield(); return value; }).Get().Should().Be(value);
                break;
            case 9:
                bool raised = false;
                using (GreenletTimeout.Start(TimeSpan.FromMilliseconds(1)))
                {
                    try { Greenlet.Sleep(TimeSpan.FromMilliseconds(random.Next(1, 4))); }
                    catch (GreenletTimeout) { raised = true; }
                }
                if (raised) Greenlet.Yield();
                break;
            case 10:
                bool ran = false;
                var thread = new Thread(() => { CooperativeSleep.Sleep(1); ran = true; });
                CooperativeThread.Start(thread);
                CooperativeThread.Join(thread, Timeout.Infinite).Should().BeTrue();
                ran.Should().BeTrue();
                break;
            default:
                if (random.Next(20) == 0) all[random.Next(all.Count)].Kill(new GreenletExit(), block: false);
                _ = new byte[random.Next(10_000)];
                break;
        }
    }
}
