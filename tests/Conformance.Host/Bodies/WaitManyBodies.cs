namespace Patchy.Conformance.Bodies;

/// <summary>Waits on several handles, interrupted waits, registered waits.</summary>
internal static class WaitManyBodies
{
    [Body(Blocks = 30)]
    public static void WaitAny_SeveralSet_LowestIndexWins(Outcome o, PartnerKind kind)
    {
        AutoResetEvent[] all = [.. Enumerable.Range(0, 5).Select(_ => new AutoResetEvent(false))];
        all[3].Set();
        all[1].Set();
        o.Does("lowest", () => WaitHandle.WaitAny(all));
        o.Does("then", () => WaitHandle.WaitAny(all, 0));
        o.Took("none", 30, () => WaitHandle.WaitAny(all, 30));
        o.Does("none, zero", () => WaitHandle.WaitAny(all, TimeSpan.Zero));
        Partner waker = Partner.Later(kind, () => all[4].Set());
        o.Took("set by another", 30, () => WaitHandle.WaitAny(all));
        o.Does("only that one consumed", () => WaitHandle.WaitAny(all, 0));
        waker.Join();
    }

    [Body(Blocks = 60)]
    public static void WaitAll_NeedsAll_AndConsumesTogether(Outcome o, PartnerKind kind)
    {
        using var a = new AutoResetEvent(true);
        using var b = new AutoResetEvent(false);
        o.Took("one missing", 30, () => WaitHandle.WaitAll([a, b], 30));
        o.Does("the set one is not consumed", () => a.WaitOne(0));
        a.Set();
        Partner waker = Partner.Later(kind, () => b.Set());
        o.Took("both", 30, () => WaitHandle.WaitAll([a, b]));
        o.Does("a consumed", () => a.WaitOne(0));
        o.Does("b consumed", () => b.WaitOne(0));
        waker.Join();
        using var m = new Mutex();
        a.Set();
        o.Does("with a mutex", () => WaitHandle.WaitAll([m, a], 100));
        Partner.Start(kind, () => o.Does("mutex is owned", () => m.WaitOne(0))).Join();
        m.ReleaseMutex();
    }

    [Body(Blocks = 30)]
    public static void SignalAndWait_Signals_ThenWaits(Outcome o, PartnerKind kind)
    {
        using var there = new AutoResetEvent(false);
        using var back = new AutoResetEvent(false);
        Partner echo = Partner.Start(kind, () =>
        {
            there.WaitOne();
            Outcome.Settle();
            back.Set();
        });
        o.Took("SignalAndWait", 30, () => WaitHandle.SignalAndWait(there, back));
        o.Took("times out", 20, () => WaitHandle.SignalAndWait(there, back, 20, false));
        o.Does("signalled all the same", () => there.WaitOne(0));
        using var s = new Semaphore(1, 1);
        o.Does("full semaphore", () => WaitHandle.SignalAndWait(s, back, 0, false));
        using var m = new Mutex();
        o.Does("unowned mutex", () => WaitHandle.SignalAndWait(m, back, 0, false));
        m.WaitOne();
        o.Does("owned mutex", () => WaitHandle.SignalAndWait(m, back, TimeSpan.Zero, false));
        o.Does("released by it", () => m.ReleaseMutex());
        echo.Join();
    }

    [Body(Blocks = 30)]
    public static void Waits_Interrupted_Throw(Outcome o, PartnerKind kind)
    {
        using var e = new AutoResetEvent(false);
        using var f = new AutoResetEvent(false);
        using var s = new Semaphore(0, 1);
        (string, Action)[] waits =
        [
            ("WaitOne", () => e.WaitOne()),
            ("WaitOne(5000)", () => e.WaitOne(5000)),
            ("semaphore", () => s.WaitOne()),
            ("WaitAny", () => WaitHandle.WaitAny([e, f])),
            ("WaitAll", () => WaitHandle.WaitAll([e, f])),
            ("SignalAndWait", () => WaitHandle.SignalAndWait(f, e)),
        ];
        foreach ((string name, Action wait) in waits)
        {
            Thread me = Thread.CurrentThread;
            Partner waker = Partner.Later(kind, () => me.Interrupt());
            o.Took(name, 30, wait);
            waker.Join();
        }

        o.Does("f is set", () => f.WaitOne(0));
        e.Set();
        o.Does("e takes a set afterwards", () => e.WaitOne(0));
    }

    [Body]
    public static void WaitOne_SetWithPendingInterrupt_DoesAsNatively(Outcome o)
    {
        using var e = new ManualResetEvent(true);
        Thread.CurrentThread.Interrupt();
        o.Does("WaitOne", () => e.WaitOne());
        o.Does("WaitOne(0)", () => e.WaitOne(0));
        o.Does("Sleep(1)", () => Thread.Sleep(1));
    }

    [Body]
    public static void ZeroTimeouts_WithPendingInterrupt_DoAsNatively(Outcome o)
    {
        using var unset = new ManualResetEvent(false);
        using var set = new ManualResetEvent(true);
        using var slim = new ManualResetEventSlim();
        using var permits = new SemaphoreSlim(1);
        object gate = new();
        foreach ((string name, Func<object?> call) in new (string, Func<object?>)[]
        {
            ("unset, 0", () => unset.WaitOne(0)), ("set, 0", () => set.WaitOne(0)), ("set, 10", () => set.WaitOne(10)),
            ("any", () => WaitHandle.WaitAny([unset, set])), ("any, 0", () => WaitHandle.WaitAny([unset], 0)), ("all, 0", () => WaitHandle.WaitAll([set], 0)),
            ("slim, 0", () => slim.Wait(0)), ("permit", () => permits.Wait(10)), ("try enter", () => Monitor.TryEnter(gate, 10)),
            ("monitor wait, 0", () => Monitor.Wait(gate, 0)), ("task, 0", () => new TaskCompletionSource().Task.Wait(0)), ("completed task", () => Task.CompletedTask.Wait(10)),
        })
        {
            Thread.CurrentThread.Interrupt();
            o.Does(name, call);
            o.Does(name + ", then Sleep(0)", () => Thread.Sleep(0));
        }
    }

    [Body(Blocks = 20)]
    public static void RegisterWait_CallbackAndUnregister_Work(Outcome o)
    {
        using var e = new AutoResetEvent(false);
        using var called = new SemaphoreSlim(0);
        RegisteredWaitHandle wait = ThreadPool.RegisterWaitForSingleObject(e, (_, timedOut) =>
        {
            o.Say("timed out", timedOut);
            called.Release();
        }, null, 5000, executeOnlyOnce: true);
        e.Set();
        o.Does("called", () => called.Wait(5000));
        wait.Unregister(null);
        RegisteredWaitHandle second = ThreadPool.RegisterWaitForSingleObject(e, (_, timedOut) =>
        {
            o.Say("timed out", timedOut);
            called.Release();
        }, null, 20, executeOnlyOnce: true);
        o.Does("called", () => called.Wait(5000));
        using var gone = new ManualResetEvent(false);
        o.Does("unregister", () => second.Unregister(gone));
        o.Does("gone", () => gone.WaitOne(5000));
    }

    [Body]
    public static void WaitOne_HandOverManyTimes_LosesNothing(Outcome o, PartnerKind kind)
    {
        using var there = new AutoResetEvent(false);
        using var back = new AutoResetEvent(false);
        int sum = 0;
        Partner echo = Partner.Start(kind, () =>
        {
            for (int i = 0; i < 200; i++)
            {
                there.WaitOne();
                sum += i;
                back.Set();
            }
        });
        for (int i = 0; i < 200; i++)
        {
            there.Set();
            back.WaitOne();
        }

        echo.Join();
        o.Say("sum", sum);
    }

    [Body(Blocks = 30)]
    public static void Dispose_WhileWaitedFor_DoesAsNatively(Outcome o)
    {
        var e = new ManualResetEvent(false);
        Partner waiter = Partner.Start(() => o.Took("WaitOne(80)", 80, () => e.WaitOne(80)));
        Outcome.Settle();
        e.Dispose();
        waiter.Join();
    }
}
