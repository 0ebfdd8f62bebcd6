namespace Patchy.Conformance.Bodies;

/// <summary>WaitHandle and what derives from it.</summary>
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
        Partner waker = Partner.Start(kind, () =>
        {
            Outcome.Settle();
            e.Set();
        });
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
        Partner[] waiters = [.. Enumerable.Range(0, 4).Select(_ => Partner.Start(() =>
        {
            if (e.WaitOne(1000)) Interlocked.Increment(ref woken);
        }))];
        Outcome.Settle();
        e.Set();
        e.Reset();
        Partner.JoinAll(waiters);
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
        Partner releaser = Partner.Start(kind, () =>
        {
            Outcome.Settle();
            s.Release();
        });
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

    [Body]
    public static void Mutex_Recursion_NeedsAsManyReleases(Outcome o, PartnerKind kind)
    {
        using var m = new Mutex(true);
        o.Does("again", () => m.WaitOne());
        Thread.Sleep(1);
        Partner.Start(kind, () =>
        {
            o.Took("other", 20, () => m.WaitOne(20));
            o.Does("release unowned", () => m.ReleaseMutex());
        }).Join();
        m.ReleaseMutex();
        Partner.Start(kind, () => o.Does("other", () => m.WaitOne(0))).Join();
        m.ReleaseMutex();
        Partner.Start(kind, () =>
        {
            o.Does("other now", () => m.WaitOne(0));
            m.ReleaseMutex();
        }).Join();
        o.Does("one too many", () => m.ReleaseMutex());
    }

    [Body(Blocks = 40)]
    public static void Mutex_HeldByAnother_WaitsForItsRelease(Outcome o, PartnerKind kind)
    {
        using var m = new Mutex();
        using var taken = new ManualResetEventSlim();
        Partner other = Partner.Start(kind, () =>
        {
            m.WaitOne();
            taken.Set();
            Thread.Sleep(60);
            o.Say("owner leaves");
            m.ReleaseMutex();
        });
        taken.Wait();
        o.Does("WaitOne", () => m.WaitOne());
        o.Say("entered");
        m.ReleaseMutex();
        other.Join();
    }

    [Body]
    public static void Mutex_OwnerEnds_IsAbandoned(Outcome o)
    {
        using var m = new Mutex();
        using var e = new ManualResetEvent(false);
        void Abandon()
        {
            var t = new Thread(() => m.WaitOne());
            t.Start();
            t.Join();
        }

        Abandon();
        o.Does("WaitOne", () => m.WaitOne(2000));
        o.Does("owned now", () => m.ReleaseMutex());
        o.Does("not abandoned any more", () => m.WaitOne(0));
        m.ReleaseMutex();
        Abandon();
        o.Does("WaitAny", () => WaitHandle.WaitAny([e, m], 2000));
        o.Does("owned now", () => m.ReleaseMutex());
        Abandon();
        e.Set();
        o.Does("WaitAll", () => WaitHandle.WaitAll([e, m], 2000));
        o.Does("owned now", () => m.ReleaseMutex());
    }

    [Body(Blocks = 30)]
    public static void Mutex_OwnerEndsWhileWaitedFor_IsAbandoned(Outcome o, PartnerKind _)
    {
        using var m = new Mutex();
        using var taken = new ManualResetEventSlim();
        var t = new Thread(() =>
        {
            m.WaitOne();
            taken.Set();
            Thread.Sleep(60);
        });
        t.Start();
        taken.Wait();
        o.Does("WaitOne", () => m.WaitOne(5000));
        o.Does("release", () => m.ReleaseMutex());
        t.Join();
    }

    [Body(Blocks = 30)]
    public static void Mutex_Named_ExcludesBetweenThreads(Outcome o, PartnerKind kind)
    {
        string name = $"patchy-{Environment.ProcessId}-{kind}";
        using var m = new Mutex(true, name, out bool created);
        o.Say("created", created);
        Partner other = Partner.Start(kind, () =>
        {
            using var same = new Mutex(false, name, out bool again);
            o.Say("created again", again);
            o.Took("WaitOne(20)", 20, () => same.WaitOne(20));
            o.Does("WaitOne", () => same.WaitOne(5000));
            same.ReleaseMutex();
        });
        Thread.Sleep(80);
        m.ReleaseMutex();
        other.Join();
        o.Does("mine again", () => m.WaitOne(1000));
        m.ReleaseMutex();
        o.Does("open", () => Mutex.TryOpenExisting(name, out Mutex? found) && found.WaitOne(0));
    }

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
        Partner waker = Partner.Start(kind, () =>
        {
            Outcome.Settle();
            all[4].Set();
        });
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
        Partner waker = Partner.Start(kind, () =>
        {
            Outcome.Settle();
            b.Set();
        });
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
            Partner waker = Partner.Start(kind, () =>
            {
                Outcome.Settle();
                me.Interrupt();
            });
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
