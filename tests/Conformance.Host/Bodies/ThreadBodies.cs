namespace Patchy.Conformance.Bodies;

internal static class ThreadBodies
{
    [Body]
    public static void CurrentThread_InANewThread_IsThatObject(Outcome o)
    {
        Thread? t = null;
        Thread outer = Thread.CurrentThread;
        t = new Thread(() =>
        {
            o.Say("same object", ReferenceEquals(Thread.CurrentThread, t));
            o.Say("same id", Environment.CurrentManagedThreadId == t!.ManagedThreadId);
            o.Say("pool", Thread.CurrentThread.IsThreadPoolThread);
            Thread.Sleep(5);
            o.Say("same after a wait", ReferenceEquals(Thread.CurrentThread, t) && Environment.CurrentManagedThreadId == t.ManagedThreadId);
        });
        t.Start();
        t.Join();
        o.Say("outer", ReferenceEquals(outer, Thread.CurrentThread));
        o.Say("different ids", outer.ManagedThreadId != t.ManagedThreadId);
        o.Say("hash is id", t.GetHashCode() == t.ManagedThreadId);
        o.Say("equals", t.Equals(t) && !t.Equals(outer));
    }

    [Body]
    public static void Name_SetBeforeInsideAndAfter_IsKept(Outcome o)
    {
        var t = new Thread(() =>
        {
            o.Say("inside", Thread.CurrentThread.Name);
            o.Does("rename", () => Thread.CurrentThread.Name = "second");
        });
        o.Say("unset", t.Name);
        t.Name = "first";
        t.Start();
        t.Join();
        o.Say("after", t.Name);
        o.Does("null", () => t.Name = null);
        o.Does("set after the end", () => t.Name = "dead");
        o.Say("now", t.Name);
    }

    [Body(Blocks = 30)]
    public static void ThreadState_ThroughItsLife_IsAsNatively(Outcome o, PartnerKind _)
    {
        using var inside = new ManualResetEventSlim();
        using var go = new ManualResetEvent(false);
        ThreadState running = default;
        var t = new Thread(() =>
        {
            running = Thread.CurrentThread.ThreadState;
            inside.Set();
            go.WaitOne();
        });
        o.Say("new", $"{t.ThreadState} alive {t.IsAlive} background {t.IsBackground}");
        t.Start();
        o.Say("alive after Start", t.IsAlive);
        inside.Wait();
        o.Say("waiting", Outcome.SettledState(t));
        o.Say("inside", running);
        Outcome.Settle();
        o.Say("waiting", $"{t.ThreadState} alive {t.IsAlive}");
        t.IsBackground = true;
        o.Say("background", t.ThreadState);
        t.IsBackground = false;
        o.Say("foreground", t.ThreadState);
        go.Set();
        t.Join();
        o.Say("ended", $"{t.ThreadState} alive {t.IsAlive}");
        o.Does("IsBackground after the end", () => t.IsBackground);
        o.Does("set IsBackground after the end", () => t.IsBackground = true);
    }

    [Body(Blocks = 20)]
    public static void ThreadState_InEachKindOfWait_IsWaitSleepJoin(Outcome o)
    {
        object gate = new();
        using var never = new ManualResetEvent(false);
        using var slim = new SemaphoreSlim(0);
        var task = new TaskCompletionSource();
        var holder = new ManualResetEventSlim();
        Partner owner = Partner.Start(() =>
        {
            lock (gate)
            {
                holder.Set();
                never.WaitOne();
            }
        });
        holder.Wait();
        (string, Action)[] waits =
        [
            ("sleep", () => Thread.Sleep(Timeout.Infinite)),
            ("wait one", () => never.WaitOne()),
            ("wait any", () => WaitHandle.WaitAny([never, new AutoResetEvent(false)])),
            ("lock", () => { lock (gate) { } }),
            ("monitor wait", () => { object own = new(); lock (own) Monitor.Wait(own); }),
            ("semaphore slim", () => slim.Wait()),
            ("task", () => task.Task.Wait()),
            ("join", () => Thread.CurrentThread.Join()),
        ];
        foreach ((string name, Action wait) in waits)
        {
            var t = new Thread(() =>
            {
                try
                {
                    wait();
                    o.Say(name, "returned");
                }
                catch (ThreadInterruptedException e)
                {
                    o.Say(name, e);
                }
            })
            { IsBackground = true };
            t.Start();
            o.Say(name, Outcome.SettledState(t));
            t.Interrupt();
            o.Say(name, t.Join(5000));
        }

        never.Set();
        owner.Join();
    }

    [Body]
    public static void IsBackground_SetEverywhere_IsKept(Outcome o)
    {
        var t = new Thread(() =>
        {
            o.Say("inside", $"{Thread.CurrentThread.IsBackground} {Thread.CurrentThread.ThreadState}");
            Thread.CurrentThread.IsBackground = false;
            o.Say("changed inside", $"{Thread.CurrentThread.IsBackground} {Thread.CurrentThread.ThreadState}");
        });
        o.Say("default", t.IsBackground);
        t.IsBackground = true;
        o.Say("unstarted", t.ThreadState);
        t.Start();
        t.Join();
    }

    [Body]
    public static void Priority_SetEverywhere_IsAsNatively(Outcome o)
    {
        var t = new Thread(() =>
        {
            o.Say("inside", Thread.CurrentThread.Priority);
            Thread.CurrentThread.Priority = ThreadPriority.Lowest;
            o.Say("changed", Thread.CurrentThread.Priority);
        });
        o.Say("default", t.Priority);
        t.Priority = ThreadPriority.AboveNormal;
        o.Does("invalid", () => t.Priority = (ThreadPriority)77);
        t.Start();
        t.Join();
        o.Does("get after the end", () => t.Priority);
        o.Does("set after the end", () => t.Priority = ThreadPriority.Normal);
    }

    [Body]
    public static void Start_Twice_Throws(Outcome o)
    {
        using var go = new ManualResetEventSlim();
        var t = new Thread(() => go.Wait());
        t.Start();
        o.Does("while running", () => t.Start());
        go.Set();
        t.Join();
        o.Does("after the end", () => t.Start());
        o.Does("with a parameter", () => t.Start(1));
        o.Does("UnsafeStart", () => t.UnsafeStart());
    }

    [Body]
    public static void Start_Parameter_Arrives(Outcome o)
    {
        var t = new Thread(p => o.Say("parameter", p));
        t.Start("hello");
        t.Join();
        t = new Thread(p => o.Say("no parameter", p));
        t.Start();
        t.Join();
        t = new Thread(p => o.Say("unsafe", p));
        t.UnsafeStart(42);
        t.Join();
        o.Does("ThreadStart with a parameter", () => new Thread(() => { }).Start("x"));
        o.Does("ThreadStart with null", () => new Thread(() => { }).Start(null));
    }

    [Body]
    public static void Constructor_BadArguments_Throw(Outcome o)
    {
        o.Does("null start", () => new Thread((ThreadStart)null!));
        o.Does("null parameterized", () => new Thread((ParameterizedThreadStart)null!));
        o.Does("negative stack", () => new Thread(() => { }, -1));
        o.Does("zero stack", () =>
        {
            var t = new Thread(() => o.Say("ran"), 0);
            t.Start();
            t.Join();
        });
    }

    [Body]
    public static void Join_Unstarted_Throws(Outcome o)
    {
        var t = new Thread(() => { });
        o.Does("Join()", () => t.Join());
        o.Does("Join(0)", () => t.Join(0));
        o.Does("Join(span)", () => t.Join(TimeSpan.FromMilliseconds(1)));
    }

    [Body]
    public static void Join_BadArguments_Throw(Outcome o)
    {
        var t = new Thread(() => { });
        t.Start();
        o.Does("-2", () => t.Join(-2));
        o.Does("-2 ms", () => t.Join(TimeSpan.FromMilliseconds(-2)));
        o.Does("MaxValue", () => t.Join(TimeSpan.MaxValue));
        t.Join();
    }

    [Body(Blocks = 60)]
    public static void Join_Timeouts_AreFalseInTime(Outcome o)
    {
        using var go = new ManualResetEventSlim();
        var t = new Thread(() => go.Wait());
        t.Start();
        o.Took("Join(60)", 60, () => t.Join(60));
        o.Took("Join(20 ms)", 20, () => t.Join(TimeSpan.FromMilliseconds(20)));
        o.Took("Join(0)", 0, () => t.Join(0));
        go.Set();
        o.Does("Join(-1)", () => t.Join(-1));
        o.Does("Join(0) after the end", () => t.Join(0));
        o.Does("Join again", () => t.Join());
        o.Does("Join(infinite span)", () => t.Join(Timeout.InfiniteTimeSpan));
    }

    [Body]
    public static void Join_Zero_NeverSwitches(Outcome o)
    {
        using var go = new ManualResetEventSlim();
        var t = new Thread(() => go.Wait());
        t.Start();
        o.NeverSwitches("Join(0)", () => t.Join(0));
        go.Set();
        t.Join();
        o.NeverSwitches("Join(0) after the end", () => t.Join(0));
        o.NeverSwitches("Join after the end", () => t.Join());
    }

    [Body(Blocks = 60)]
    public static void Join_ThreadThatSleeps_WaitsForItsEnd(Outcome o)
    {
        bool done = false;
        var t = new Thread(() =>
        {
            Thread.Sleep(60);
            done = true;
        });
        t.Start();
        o.Took("Join", 55, () => t.Join());
        o.Say("done", done);
    }

    [Body(Blocks = 60)]
    public static void Join_NativeThread_IsCooperative(Outcome o)
    {
        Thread? t = null;
        using var started = new ManualResetEventSlim();
        Task.Factory.StartNew(() =>
        {
            t = Thread.CurrentThread;
            started.Set();
            Thread.Sleep(80);
        }, TaskCreationOptions.LongRunning);
        started.Wait();
        o.Took("Join(10)", 10, () => t!.Join(10));
        o.Took("Join", 40, () => t!.Join());
        o.Say("alive", t!.IsAlive);
    }

    [Body(Blocks = 30)]
    public static void Join_Self_TimesOut(Outcome o) => o.Took("Join(40)", 40, () => Thread.CurrentThread.Join(40));

    [Body(Blocks = 40)]
    public static void Join_FromSeveralThreads_AllReturn(Outcome o)
    {
        var t = new Thread(() => Thread.Sleep(60));
        t.Start();
        int joined = 0;
        Partner[] joiners = [.. Enumerable.Range(0, 8).Select(i => Partner.Start(i % 2 == 0 ? PartnerKind.Thread : PartnerKind.Native, () =>
        {
            t.Join();
            Interlocked.Increment(ref joined);
        }))];
        Partner.JoinAll(joiners);
        o.Say("joined", joined);
    }

    [Body(Blocks = 30)]
    public static void Join_Interrupted_Throws(Outcome o, PartnerKind kind)
    {
        using var go = new ManualResetEventSlim();
        var t = new Thread(() => go.Wait());
        t.Start();
        Thread me = Thread.CurrentThread;
        Partner waker = Partner.Start(kind, () =>
        {
            Outcome.Settle();
            me.Interrupt();
        });
        o.Took("Join", 30, () => t.Join());
        waker.Join();
        go.Set();
        o.Does("Join again", () => t.Join());
    }

    [Body]
    public static void Interrupt_Unstarted_IsKeptForTheFirstWait(Outcome o)
    {
        var t = new Thread(() => o.Does("first sleep", () => Thread.Sleep(20)));
        o.Does("Interrupt", () => t.Interrupt());
        t.Start();
        t.Join();
        o.Does("Interrupt after the end", () => t.Interrupt());
    }

    [Body]
    public static void Interrupt_ThreadThatNeverBlocks_DoesNothing(Outcome o)
    {
        var t = new Thread(() =>
        {
            Thread.CurrentThread.Interrupt();
            long sum = 0;
            for (int i = 0; i < 1000; i++) sum += i;
            o.Say("sum", sum);
        });
        t.Start();
        t.Join();
        o.Say("state", t.ThreadState);
    }

    [Body]
    public static void Interrupt_FinallyBlocks_CanWait(Outcome o)
    {
        var t = new Thread(() =>
        {
            try
            {
                try
                {
                    Thread.Sleep(Timeout.Infinite);
                }
                finally
                {
                    o.Does("sleep in finally", () => Thread.Sleep(10));
                }
            }
            catch (ThreadInterruptedException)
            {
                o.Say("caught");
            }
        });
        t.Start();
        Outcome.Settle();
        t.Interrupt();
        t.Join();
    }

    [Body]
    public static void RemovedApis_ThrowAsNatively(Outcome o)
    {
#pragma warning disable SYSLIB0003, SYSLIB0006, CS0618, CA1416
        Thread t = Thread.CurrentThread;
        o.Does("Abort", () => t.Abort());
        o.Does("ResetAbort", () => Thread.ResetAbort());
        o.Does("Suspend", () => t.Suspend());
        o.Does("Resume", () => t.Resume());
        o.Does("apartment", () => t.GetApartmentState());
        o.Does("set apartment", () => t.TrySetApartmentState(ApartmentState.STA));
        o.Does("compressed stack", () => t.GetCompressedStack());
        o.Does("domain id", () => Thread.GetDomainID());
        o.Does("processor", () => Thread.GetCurrentProcessorId() >= 0);
#pragma warning restore SYSLIB0003, SYSLIB0006, CS0618, CA1416
    }

    [Body]
    public static void MaxStackSize_DeepRecursion_Fits(Outcome o)
    {
        int depth = 0;
        var t = new Thread(() => depth = Recurse(100_000), 64 * 1024 * 1024);
        t.Start();
        t.Join();
        o.Say("depth", depth);
    }

    [Body]
    public static void DefaultStack_OrdinaryRecursion_Fits(Outcome o)
    {
        int depth = 0;
        var t = new Thread(() => depth = Recurse(8_000));
        t.Start();
        t.Join();
        o.Say("depth", depth);
    }

    private static int Recurse(int n)
    {
        Span<long> pad = stackalloc long[8];
        pad[n & 7] = n;
        return n == 0 ? 0 : Recurse(n - 1) + (pad[n & 7] == n ? 1 : 0);
    }

    [Body]
    public static void Start_NestedTenDeep_AllRun(Outcome o)
    {
        int Deep(int n)
        {
            if (n == 0) return 0;
            int inner = -1;
            var t = new Thread(() => inner = Deep(n - 1));
            t.Start();
            t.Join();
            return inner + 1;
        }

        o.Say("depth", Deep(10));
    }

    [Body]
    public static void ManagedThreadId_OfLiveThreads_IsUnique(Outcome o)
    {
        using var go = new ManualResetEventSlim();
        var ids = new System.Collections.Concurrent.ConcurrentDictionary<int, bool>();
        Partner[] all = [.. Enumerable.Range(0, 40).Select(_ => Partner.Start(() =>
        {
            ids.TryAdd(Environment.CurrentManagedThreadId, true);
            go.Wait();
        }))];
        while (ids.Count < 40) Thread.Sleep(1);
        go.Set();
        Partner.JoinAll(all);
        o.Say("ids", ids.Count);
    }

    [Body]
    public static void Exceptions_FiltersAndFinally_RunInOrder(Outcome o)
    {
        var t = new Thread(() =>
        {
            try
            {
                try
                {
                    Thread.Sleep(2);
                    throw new InvalidOperationException("inner");
                }
                finally
                {
                    Thread.Sleep(2);
                    o.Say("finally");
                }
            }
            catch (Exception e) when (Filter(e))
            {
                Thread.Sleep(2);
                o.Say("caught", e);
            }
        });
        t.Start();
        t.Join();

        bool Filter(Exception e)
        {
            Thread.Sleep(2);
            o.Say("filter", e.Message);
            return true;
        }
    }

    [Body]
    public static void StackTrace_InANewThread_EndsInTheThreadStart(Outcome o)
    {
        string trace = "";
        var t = new Thread(() => trace = Environment.StackTrace);
        t.Start();
        t.Join();
        o.Say("has the body", trace.Contains(nameof(StackTrace_InANewThread_EndsInTheThreadStart), StringComparison.Ordinal));
    }

    [Body]
    public static void ManyThreads_StartedAndJoined_AllCount(Outcome o)
    {
        int count = 0;
        for (int round = 0; round < 5; round++)
        {
            Thread[] all = [.. Enumerable.Range(0, 40).Select(_ => new Thread(() => Interlocked.Increment(ref count)))];
            foreach (Thread t in all) t.Start();
            foreach (Thread t in all) t.Join();
            o.Say("stopped", all.All(t => t.ThreadState == ThreadState.Stopped && !t.IsAlive));
        }

        o.Say("count", count);
    }
}
