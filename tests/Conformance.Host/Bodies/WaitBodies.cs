namespace Patchy.Conformance.Bodies;

/// <summary>WaitHandle, events and semaphores.</summary>
internal static class WaitBodies
{
    [Body]
    public static void WaitOne_BadArguments_Throw(Outcome o)
    {
        using var e = new ManualResetEvent(false);
        o.Does("-2", () => e.WaitOne(-2));
        o.Does("-2 ms", () => e.WaitOne(TimeSpan.FromMilliseconds(-2)));
        o.Does("MaxValue", () => e.WaitOne(TimeSpan.MaxValue));
        o.Does("WaitAny null", () => WaitHandle.WaitAny(null!));
        o.Does("WaitAny empty", () => WaitHandle.WaitAny([]));
        o.Does("WaitAny null inside", () => WaitHandle.WaitAny([e, null!]));
        o.Does("WaitAny -2", () => WaitHandle.WaitAny([e], -2));
        o.Does("WaitAny 65", () => WaitHandle.WaitAny([.. Enumerable.Range(0, 65).Select(_ => new ManualResetEvent(true))], 0));
        o.Does("WaitAll null", () => WaitHandle.WaitAll(null!));
        o.Does("WaitAll empty", () => WaitHandle.WaitAll([]));
        o.Does("WaitAll 65", () => WaitHandle.WaitAll([.. Enumerable.Range(0, 65).Select(_ => new ManualResetEvent(true))], 0));
        o.Does("WaitAll duplicates", () => WaitHandle.WaitAll([e, e], 0));
        o.Does("WaitAny duplicates", () => WaitHandle.WaitAny([e, e], 0));
        o.Does("SignalAndWait null", () => WaitHandle.SignalAndWait(null!, e));
        o.Does("SignalAndWait wait on null", () => WaitHandle.SignalAndWait(e, null!));
        o.Does("SignalAndWait -2", () => WaitHandle.SignalAndWait(e, e, -2, false));
        o.Does("semaphore initial > max", () => new Semaphore(3, 2));
        o.Does("semaphore max 0", () => new Semaphore(0, 0));
        o.Does("semaphore -1", () => new Semaphore(-1, 2));
    }

    [Body]
    public static void Disposed_Throws(Outcome o)
    {
        var e = new AutoResetEvent(true);
        using var open = new ManualResetEvent(true);
        e.Dispose();
        o.Does("WaitOne", () => e.WaitOne());
        o.Does("WaitOne(0)", () => e.WaitOne(0));
        o.Does("Set", () => e.Set());
        o.Does("Reset", () => e.Reset());
        o.Does("WaitAny", () => WaitHandle.WaitAny([open, e]));
        o.Does("WaitAny disposed first", () => WaitHandle.WaitAny([e, open]));
        o.Does("WaitAll", () => WaitHandle.WaitAll([open, e]));
        o.Does("SignalAndWait", () => WaitHandle.SignalAndWait(open, e));
        o.Does("Dispose again", () => e.Dispose());
        var m = new Mutex();
        m.Dispose();
        o.Does("mutex", () => m.WaitOne(0));
        o.Does("mutex release", () => m.ReleaseMutex());
        var s = new Semaphore(1, 1);
        s.Close();
        o.Does("semaphore", () => s.WaitOne(0));
        o.Does("semaphore release", () => s.Release());
    }

    [Body(Blocks = 60)]
    public static void WaitOne_NotSet_TimesOut(Outcome o)
    {
        using var e = new ManualResetEvent(false);
        o.Took("60", 60, () => e.WaitOne(60));
        o.Took("20 ms", 20, () => e.WaitOne(TimeSpan.FromMilliseconds(20)));
        o.Took("10, exit context", 10, () => e.WaitOne(10, true));
        o.Took("0", 0, () => e.WaitOne(0));
    }

    [Body]
    public static void WaitOne_Zero_NeverSwitches(Outcome o)
    {
        using var e = new ManualResetEvent(false);
        using var a = new AutoResetEvent(true);
        using var m = new Mutex();
        using var s = new Semaphore(1, 1);
        o.NeverSwitches("unset", () => e.WaitOne(0));
        o.NeverSwitches("set", () => a.WaitOne(0));
        o.NeverSwitches("set, infinite", () => a.Set() && a.WaitOne());
        o.NeverSwitches("mutex", () => m.WaitOne());
        o.NeverSwitches("semaphore", () => s.WaitOne());
        o.NeverSwitches("semaphore empty", () => s.WaitOne(0));
        o.NeverSwitches("any", () => WaitHandle.WaitAny([e, a], 0));
        o.NeverSwitches("all", () => WaitHandle.WaitAll([e, a], 0));
        m.ReleaseMutex();
    }

    [Body(Blocks = 30)]
    public static void AutoReset_SetByAnother_WakesOne(Outcome o, PartnerKind kind)
    {
        using var e = new AutoResetEvent(false);
        Partner waker = Partner.Later(kind, () => e.Set());
        o.Took("WaitOne", 30, () => e.WaitOne());
        o.Does("consumed", () => e.WaitOne(0));
        e.Set();
        e.Set();
        o.Does("set twice, first", () => e.WaitOne(0));
        o.Does("set twice, second", () => e.WaitOne(0));
        e.Set();
        e.Reset();
        o.Does("reset", () => e.WaitOne(0));
        waker.Join();
    }

    [Body(Blocks = 30)]
    public static void AutoReset_SeveralWaiters_EachSetWakesOne(Outcome o, PartnerKind kind)
    {
        using var e = new AutoResetEvent(false);
        int woken = 0;
        Partner[] waiters = [.. Enumerable.Range(0, 5).Select(_ => Partner.Start(kind, () =>
        {
            e.WaitOne();
            Interlocked.Increment(ref woken);
        }))];
        for (int i = 1; i <= 5; i++)
        {
            Outcome.Settle();
            o.Say("woken", Volatile.Read(ref woken));
            e.Set();
            SpinWait.SpinUntil(() => Volatile.Read(ref woken) == i, 5000);
        }

        Partner.JoinAll(waiters);
        o.Say("woken", woken);
    }

    [Body(Blocks = 30)]
    public static void ManualReset_SetByAnother_WakesAll(Outcome o, PartnerKind kind)
    {
        using var e = new ManualResetEvent(false);
        int woken = 0;
        Partner[] waiters = [.. Enumerable.Range(0, 6).Select(_ => Partner.Start(kind, () =>
        {
            e.WaitOne();
            Interlocked.Increment(ref woken);
        }))];
        Outcome.Settle();
        o.Say("woken", Volatile.Read(ref woken));
        e.Set();
        Partner.JoinAll(waiters);
        o.Say("woken", woken);
        o.Does("still set", () => e.WaitOne(0));
    }

    [Body(Blocks = 30)]
    public static void ManualReset_SetThenResetAtOnce_StillWakesWaiters(Outcome o)
    {
        using var e = new ManualResetEvent(false);
        int woken = 0;
        Thread[] waiters = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            if (e.WaitOne(5000)) Interlocked.Increment(ref woken);
        }) { IsBackground = true })];
        foreach (Thread waiter in waiters) waiter.Start();
        foreach (Thread waiter in waiters) Outcome.SettledState(waiter);
        Outcome.Settle();
        e.Set();
        e.Reset();
        foreach (Thread waiter in waiters) waiter.Join();
        o.Say("woken", woken);
    }

    [Body(Blocks = 30)]
    public static void EventWaitHandle_BothModes_Work(Outcome o)
    {
        using var auto = new EventWaitHandle(true, EventResetMode.AutoReset);
        using var manual = new EventWaitHandle(true, EventResetMode.ManualReset);
        o.Does("auto", () => auto.WaitOne(0));
        o.Took("auto again", 30, () => auto.WaitOne(30));
        o.Does("manual", () => manual.WaitOne(0));
        o.Does("manual again", () => manual.WaitOne(0));
        o.Does("named", () => new EventWaitHandle(false, EventResetMode.AutoReset, "patchy-event"));
        o.Does("bad mode", () => new EventWaitHandle(false, (EventResetMode)7));
    }

    [Body(Blocks = 30)]
    public static void Semaphore_Counts(Outcome o, PartnerKind kind)
    {
        using var s = new Semaphore(2, 3);
        o.Does("first", () => s.WaitOne(0));
        o.Does("second", () => s.WaitOne(0));
        o.Took("third", 20, () => s.WaitOne(20));
        Partner releaser = Partner.Later(kind, () => s.Release());
        o.Took("released by another", 30, () => s.WaitOne());
        releaser.Join();
        o.Does("Release(3)", () => s.Release(3));
        o.Does("full", () => s.Release());
        o.Does("Release(0)", () => s.Release(0));
        o.Does("named", () => new Semaphore(1, 1, "patchy-semaphore"));
    }

    [Body(Blocks = 20)]
    public static void Semaphore_BoundsTheNumberInside(Outcome o)
    {
        using var s = new Semaphore(3, 3);
        int inside = 0, worst = 0;
        Partner.JoinAll([.. Enumerable.Range(0, 15).Select(i => Partner.Start(i % 3 == 0 ? PartnerKind.Native : PartnerKind.Thread, () =>
        {
            for (int k = 0; k < 3; k++)
            {
                s.WaitOne();
                int now = Interlocked.Increment(ref inside);
                InterlockedMax(ref worst, now);
                Thread.Sleep(2);
                Interlocked.Decrement(ref inside);
                s.Release();
            }
        }))]);
        o.Say("never more than three", worst <= 3);
        o.Does("previous count", () =>
        {
            s.WaitOne();
            return s.Release();
        });
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
