using System.Collections.Concurrent;

namespace Patchy.Conformance.Bodies;

/// <summary>The primitives that are built on Monitor: ManualResetEventSlim, SemaphoreSlim, CountdownEvent, Barrier, BlockingCollection, Lazy.</summary>
internal static class SlimBodies
{
    [Body(Blocks = 60)]
    public static void ManualResetEventSlim_Contract_IsAsNatively(Outcome o, PartnerKind kind)
    {
        var e = new ManualResetEventSlim(false);
        o.Took("60", 60, () => e.Wait(60));
        o.Took("20 ms", 20, () => e.Wait(TimeSpan.FromMilliseconds(20)));
        o.Took("0", 0, () => e.Wait(0));
        o.Does("-2", () => e.Wait(-2));
        Partner waker = Partner.Later(kind, () => e.Set());
        o.Took("set by another", 30, () => e.Wait());
        waker.Join();
        o.Does("still set", () => e.Wait(0));
        e.Reset();
        using var source = new CancellationTokenSource(40);
        o.Took("cancelled", 30, () => e.Wait(source.Token));
        o.Does("cancelled before", () => e.Wait(source.Token));
        o.Does("handle", () => e.WaitHandle.WaitOne(0));
        e.Set();
        o.Does("handle is set", () => e.WaitHandle.WaitOne(0));
        e.Dispose();
        o.Does("Wait after dispose", () => e.Wait(1));
        o.Does("Set after dispose", () => e.Set());
        o.Does("Reset after dispose", () => e.Reset());
        o.Does("bad spin count", () => new ManualResetEventSlim(false, -1));
    }

    [Body(Blocks = 30)]
    public static void ManualResetEventSlim_ManyWaiters_AllWake(Outcome o)
    {
        using var e = new ManualResetEventSlim(false, 0);
        int woken = 0;
        Partner[] all = [.. Enumerable.Range(0, 20).Select(i => Partner.Start(i % 5 == 0 ? PartnerKind.Native : PartnerKind.Thread, () =>
        {
            e.Wait();
            Interlocked.Increment(ref woken);
        }))];
        Outcome.Settle();
        o.Say("woken", Volatile.Read(ref woken));
        e.Set();
        Partner.JoinAll(all);
        o.Say("woken", woken);
    }

    [Body]
    public static void Zero_NeverSwitches(Outcome o)
    {
        using var e = new ManualResetEventSlim(false);
        using var s = new SemaphoreSlim(1);
        using var c = new CountdownEvent(1);
        using var q = new BlockingCollection<int>();
        using var set = new ManualResetEventSlim(true);
        o.NeverSwitches("event", () => e.Wait(0));
        o.NeverSwitches("set event", () => set.Wait(0));
        o.NeverSwitches("semaphore", () => s.Wait(0));
        o.NeverSwitches("semaphore empty", () => s.Wait(0));
        o.NeverSwitches("countdown", () => c.Wait(0));
        o.NeverSwitches("take", () => q.TryTake(out _));
        o.NeverSwitches("add", () => q.Add(1));
        o.NeverSwitches("take one", () => q.Take());
        o.NeverSwitches("task", () => new TaskCompletionSource().Task.Wait(0));
        o.NeverSwitches("completed task", () => Task.CompletedTask.Wait());
    }

    [Body(Blocks = 60)]
    public static void SemaphoreSlim_Contract_IsAsNatively(Outcome o, PartnerKind kind)
    {
        var s = new SemaphoreSlim(1, 2);
        o.Does("first", () => s.Wait(0));
        o.Took("60", 60, () => s.Wait(60));
        o.Took("20 ms", 20, () => s.Wait(TimeSpan.FromMilliseconds(20)));
        o.Does("-2", () => s.Wait(-2));
        Partner releaser = Partner.Later(kind, () => s.Release());
        o.Took("released by another", 30, () => s.Wait());
        releaser.Join();
        o.Does("Release(2)", () => s.Release(2));
        o.Does("full", () => s.Release());
        o.Does("Release(0)", () => s.Release(0));
        o.Say("count", s.CurrentCount);
        o.Does("handle", () => s.AvailableWaitHandle.WaitOne(0));
        s.Wait();
        s.Wait();
        o.Does("handle, empty", () => s.AvailableWaitHandle.WaitOne(0));
        using var source = new CancellationTokenSource(40);
        o.Took("cancelled", 30, () => s.Wait(source.Token));
        o.Does("cancelled before", () => s.Wait(0, source.Token));
        Thread me = Thread.CurrentThread;
        Partner waker = Partner.Later(kind, () => me.Interrupt());
        o.Took("interrupted", 30, () => s.Wait());
        waker.Join();
        o.Does("release afterwards", () => s.Release());
        o.Say("count", s.CurrentCount);
        s.Dispose();
        o.Does("Wait after dispose", () => s.Wait(0));
        o.Does("Release after dispose", () => s.Release());
        o.Does("bad counts", () => new SemaphoreSlim(3, 2));
        o.Does("bad count", () => new SemaphoreSlim(-1));
    }

    [Body]
    public static void SemaphoreSlim_MixedSyncAndAsync_LosesNoPermit(Outcome o)
    {
        using var s = new SemaphoreSlim(2);
        int inside = 0, bad = 0, done = 0;
        void Work(bool async)
        {
            for (int k = 0; k < 10; k++)
            {
                if (async) s.WaitAsync().GetAwaiter().GetResult();
                else s.Wait();
                if (Interlocked.Increment(ref inside) > 2) Interlocked.Increment(ref bad);
                if (k % 3 == 0) Thread.Sleep(1);
                Interlocked.Decrement(ref inside);
                s.Release();
                Interlocked.Increment(ref done);
            }
        }

        Partner.JoinAll([.. Enumerable.Range(0, 12).Select(i => Partner.Start(i % 4 == 0 ? PartnerKind.Native : PartnerKind.Thread, () => Work(i % 2 == 0)))]);
        o.Say("bad", bad);
        o.Say("done", done);
        o.Say("count", s.CurrentCount);
    }

    [Body(Blocks = 30)]
    public static void CountdownEvent_Contract_IsAsNatively(Outcome o, PartnerKind kind)
    {
        var c = new CountdownEvent(2);
        o.Took("20", 20, () => c.Wait(20));
        o.Does("Signal", () => c.Signal());
        Partner other = Partner.Later(kind, () => c.Signal());
        o.Took("Wait", 30, () => c.Wait());
        other.Join();
        o.Does("below zero", () => c.Signal());
        o.Does("AddCount at zero", () => c.AddCount());
        c.Reset(3);
        o.Say("state", $"{c.CurrentCount} {c.InitialCount} {c.IsSet}");
        using var source = new CancellationTokenSource(30);
        o.Took("cancelled", 20, () => c.Wait(source.Token));
        c.Dispose();
        o.Does("after dispose", () => c.Wait(0));
    }

    [Body(Blocks = 20)]
    public static void Barrier_Phases_RunTogether(Outcome o, PartnerKind kind)
    {
        int arrived = 0, bad = 0;
        using var barrier = new Barrier(4, b =>
        {
            o.Say("phase", $"{b.CurrentPhaseNumber} arrived {Volatile.Read(ref arrived)}");
        });
        Partner[] all = [.. Enumerable.Range(0, 4).Select(n => Partner.Start(n == 0 ? PartnerKind.Thread : kind, () =>
        {
            for (int phase = 0; phase < 5; phase++)
            {
                Thread.Sleep(n);
                Interlocked.Increment(ref arrived);
                barrier.SignalAndWait();
                if (Volatile.Read(ref arrived) < (phase + 1) * 4) Interlocked.Increment(ref bad);
            }
        }))];
        Partner.JoinAll(all);
        o.Say("bad", bad);
        o.Took("timeout", 20, () => barrier.SignalAndWait(20));
        o.Does("add", () => barrier.AddParticipants(2));
        o.Does("remove", () => barrier.RemoveParticipants(5));
        o.Say("participants", barrier.ParticipantCount);
    }

    [Body]
    public static void Barrier_PostPhaseThrows_EverybodySeesIt(Outcome o)
    {
        using var barrier = new Barrier(2, _ =>
        {
            Thread.Sleep(2);
            throw new InvalidOperationException("phase");
        });
        Partner other = Partner.Start(() => o.Does("one", () => barrier.SignalAndWait()));
        Exception? mine = null;
        try
        {
            barrier.SignalAndWait();
        }
        catch (BarrierPostPhaseException e)
        {
            mine = e;
        }

        other.Join();
        o.Say("other", mine);
    }

    [Body(Blocks = 20)]
    public static void BlockingCollection_BoundedProducersAndConsumers_LoseNothing(Outcome o)
    {
        using var queue = new BlockingCollection<int>(4);
        long sum = 0;
        Partner[] producers = [.. Enumerable.Range(0, 4).Select(n => Partner.Start(n % 2 == 0 ? PartnerKind.Native : PartnerKind.Thread, () =>
        {
            for (int i = 1; i <= 100; i++)
            {
                queue.Add(i);
                if (i % 25 == 0) Thread.Sleep(3);
            }
        }))];
        Partner[] consumers = [.. Enumerable.Range(0, 3).Select(n => Partner.Start(n == 0 ? PartnerKind.Native : PartnerKind.Thread, () =>
        {
            foreach (int i in queue.GetConsumingEnumerable()) Interlocked.Add(ref sum, i);
        }))];
        Partner.JoinAll(producers);
        queue.CompleteAdding();
        Partner.JoinAll(consumers);
        o.Say("sum", sum);
        o.Say("completed", queue.IsCompleted);
    }

    [Body(Blocks = 40)]
    public static void BlockingCollection_Contract_IsAsNatively(Outcome o, PartnerKind kind)
    {
        using var queue = new BlockingCollection<string>(1);
        o.Took("take timeout", 20, () => queue.TryTake(out _, 20));
        o.Does("add", () => queue.TryAdd("a"));
        o.Took("add when full", 20, () => queue.TryAdd("b", 20));
        o.Does("take", () => queue.Take());
        using var source = new CancellationTokenSource(30);
        o.Took("cancelled", 20, () => queue.Take(source.Token));
        Partner other = Partner.Later(kind, () => queue.Add("late"));
        o.Took("take", 30, () => queue.Take());
        other.Join();
        Partner completer = Partner.Later(kind, () => queue.CompleteAdding());
        o.Took("completed meanwhile", 30, () => queue.Take());
        completer.Join();
        o.Does("add afterwards", () => queue.Add("x"));
        o.Does("try take", () => queue.TryTake(out _, -1));
        using var first = new BlockingCollection<int>();
        using var second = new BlockingCollection<int>();
        Partner adder = Partner.Later(kind, () => second.Add(2));
        o.Does("TakeFromAny", () => BlockingCollection<int>.TakeFromAny([first, second], out int item) + " " + item);
        o.Took("TryTakeFromAny", 20, () => BlockingCollection<int>.TryTakeFromAny([first, second], out _, 20));
        adder.Join();
    }

    [Body(Blocks = 30)]
    public static void Lazy_FactoryThatWaits_RunsOnce(Outcome o, PartnerKind kind)
    {
        int made = 0;
        var lazy = new Lazy<int>(() =>
        {
            Thread.Sleep(40);
            return Interlocked.Increment(ref made);
        });
        Partner[] all = [.. Enumerable.Range(0, 4).Select(_ => Partner.Start(kind, () => _ = lazy.Value))];
        o.Say("value", lazy.Value);
        Partner.JoinAll(all);
        o.Say("made", made);
    }

    [Body]
    public static void Lazy_FactoryThrowsOrRecurses_IsAsNatively(Outcome o)
    {
        int calls = 0;
        var lazy = new Lazy<int>(() =>
        {
            calls++;
            Thread.Sleep(1);
            throw new InvalidOperationException("factory");
        });
        o.Does("first", () => lazy.Value);
        o.Does("second", () => lazy.Value);
        o.Say("calls", calls);
        Lazy<int>? self = null;
        self = new Lazy<int>(() => self!.Value);
        o.Does("recursive", () => self.Value);
        var published = new Lazy<int>(() =>
        {
            Thread.Sleep(1);
            return 3;
        }, LazyThreadSafetyMode.PublicationOnly);
        o.Does("publication only", () => published.Value);
        o.Does("initializer", () => LazyInitializer.EnsureInitialized(ref s_late, () =>
        {
            Thread.Sleep(1);
            return "late";
        }));
    }

    private static string? s_late;

    [Body]
    public static void ConcurrentDictionary_GetOrAddThatWaits_Works(Outcome o)
    {
        var map = new ConcurrentDictionary<int, int>();
        Partner.JoinAll([.. Enumerable.Range(0, 10).Select(n => Partner.Start(n % 3 == 0 ? PartnerKind.Native : PartnerKind.Thread, () =>
        {
            for (int k = 0; k < 20; k++)
            {
                map.AddOrUpdate(k % 5, 1, (_, old) =>
                {
                    if (k % 10 == 0) Thread.Sleep(1);
                    return old + 1;
                });
            }
        }))]);
        o.Say("sum", map.Values.Sum());
    }

    [Body(Blocks = 30)]
    public static void Cancellation_CallbacksAndRegistrations_AreAsNatively(Outcome o, PartnerKind kind)
    {
        using var source = new CancellationTokenSource();
        using var inCallback = new ManualResetEventSlim();
        CancellationTokenRegistration registration = source.Token.Register(() =>
        {
            inCallback.Set();
            Thread.Sleep(60);
            o.Say("callback ends");
        });
        Partner canceller = Partner.Start(kind, () => source.Cancel());
        inCallback.Wait();
        o.Does("dispose waits for the callback", () => registration.Dispose());
        o.Say("disposed");
        canceller.Join();
        using var failing = new CancellationTokenSource();
        failing.Token.Register(() => throw new InvalidOperationException("one"));
        failing.Token.Register(() => throw new InvalidOperationException("two"));
        o.Does("Cancel", () => failing.Cancel());
        using var late = new CancellationTokenSource(20);
        o.Took("WaitHandle", 10, () => late.Token.WaitHandle.WaitOne(5000));
    }
}
