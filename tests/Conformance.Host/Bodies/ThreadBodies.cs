namespace Patchy.Conformance.Bodies;

/// <summary>The Thread object: its properties, states, start and interruption.</summary>
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
}
