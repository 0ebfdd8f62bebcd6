using System.Globalization;

namespace Patchy.Conformance.Bodies;

internal static class FlowBodies
{
    [ThreadStatic] private static int t_number;
    [ThreadStatic] private static string? t_text;
    private static readonly AsyncLocal<string?> s_local = new();

    [Body]
    public static void ThreadStatic_InANewThread_IsFresh(Outcome o)
    {
        t_number = 7;
        t_text = "outer";
        for (int i = 0; i < 3; i++)
        {
            var t = new Thread(() =>
            {
                o.Say("inside", $"{t_number} {t_text ?? "null"}");
                t_number = 9;
                t_text = "inner";
                Thread.Sleep(2);
                o.Say("inside after a wait", $"{t_number} {t_text}");
            });
            t.Start();
            t.Join();
        }

        o.Say("outside", $"{t_number} {t_text}");
    }

    [Body]
    public static void ThreadLocal_FactoryRunsOnceAThread(Outcome o)
    {
        int made = 0;
        using var local = new ThreadLocal<int>(() => Interlocked.Increment(ref made), trackAllValues: true);
        for (int i = 0; i < 4; i++)
        {
            var t = new Thread(() =>
            {
                int first = local.Value;
                Thread.Sleep(1);
                o.Say("stays", first == local.Value);
            });
            t.Start();
            t.Join();
        }

        o.Say("created here before", local.IsValueCreated);
        o.Say("here", local.Value);
        o.Say("values", local.Values.Order());
    }

    [Body]
    public static void ThreadLocal_FactoryThatWaits_Works(Outcome o)
    {
        using var local = new ThreadLocal<int>(() =>
        {
            Thread.Sleep(5);
            return 5;
        });
        o.Say("value", local.Value);
        Partner other = Partner.Start(() => o.Say("other", local.Value));
        other.Join();
    }

    [Body]
    public static void DataSlots_ArePerThread(Outcome o)
    {
        LocalDataStoreSlot slot = Thread.AllocateDataSlot();
        Thread.SetData(slot, "outer");
        Partner.Start(() =>
        {
            o.Say("inside", Thread.GetData(slot));
            Thread.SetData(slot, "inner");
            Thread.Sleep(1);
            o.Say("inside after a wait", Thread.GetData(slot));
        }).Join();
        o.Say("outside", Thread.GetData(slot));
    }

    [Body]
    public static void AsyncLocal_FlowsIntoStart_ButNotBack(Outcome o)
    {
        s_local.Value = "outer";
        var t = new Thread(() =>
        {
            o.Say("inside", s_local.Value);
            s_local.Value = "inner";
            Thread.Sleep(2);
            o.Say("inside after a wait", s_local.Value);
        });
        t.Start();
        t.Join();
        o.Say("outside", s_local.Value);
        s_local.Value = null;
    }

    [Body]
    public static void AsyncLocal_UnsafeStart_DoesNotFlow(Outcome o)
    {
        s_local.Value = "outer";
        var t = new Thread(() => o.Say("inside", s_local.Value));
        t.UnsafeStart();
        t.Join();
        s_local.Value = null;
    }

    [Body]
    public static void AsyncLocal_SuppressFlow_DoesNotFlow(Outcome o)
    {
        s_local.Value = "outer";
        using (ExecutionContext.SuppressFlow())
        {
            var t = new Thread(() => o.Say("thread", s_local.Value));
            t.Start();
            t.Join();
            Task.Run(() => o.Say("task", s_local.Value)).Wait();
        }

        Task.Run(() => o.Say("task with flow", s_local.Value)).Wait();
        s_local.Value = null;
    }

    [Body]
    public static void AsyncLocal_ValueChangedHandler_SeesTheSameChanges(Outcome o)
    {
        var local = new AsyncLocal<int>(change => o.Say("changed", $"{change.PreviousValue} {change.CurrentValue} {change.ThreadContextChanged}"));
        local.Value = 1;
        var t = new Thread(() =>
        {
            Thread.Sleep(5);
            local.Value = 2;
            Thread.Sleep(5);
        });
        t.Start();
        t.Join();
        o.Say("here", local.Value);
    }

    [Body]
    public static void ExecutionContext_RunAcrossAWait_IsRestored(Outcome o)
    {
        s_local.Value = "captured";
        ExecutionContext captured = ExecutionContext.Capture()!;
        s_local.Value = "current";
        ExecutionContext.Run(captured, _ =>
        {
            Thread.Sleep(3);
            o.Say("in run", s_local.Value);
            s_local.Value = "changed";
            Thread.Sleep(3);
        }, null);
        o.Say("after run", s_local.Value);
        s_local.Value = null;
    }

    [Body]
    public static void ManyThreads_EachWithItsOwnAsyncLocal_KeepIt(Outcome o)
    {
        int wrong = 0;
        Partner.JoinAll([.. Enumerable.Range(0, 20).Select(i => Partner.Start(() =>
        {
            string mine = "v" + i;
            s_local.Value = mine;
            t_number = i;
            for (int k = 0; k < 10; k++)
            {
                Thread.Sleep(1);
                if (s_local.Value != mine || t_number != i) Interlocked.Increment(ref wrong);
            }
        }))]);
        o.Say("wrong", wrong);
    }

    [Body]
    public static void Culture_OfANewThread_FlowsAsNatively(Outcome o)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("de-DE");
        CultureInfo.CurrentUICulture = new CultureInfo("fr-FR");
        var t = new Thread(() =>
        {
            o.Say("inside", $"{CultureInfo.CurrentCulture.Name} {CultureInfo.CurrentUICulture.Name}");
            Thread.CurrentThread.CurrentCulture = new CultureInfo("it-IT");
            Thread.Sleep(2);
            o.Say("inside after a wait", $"{Thread.CurrentThread.CurrentCulture.Name} {Thread.CurrentThread.CurrentUICulture.Name}");
        });
        t.Start();
        t.Join();
        o.Say("outside", CultureInfo.CurrentCulture.Name);
        o.Does("null", () => Thread.CurrentThread.CurrentCulture = null!);
        CultureInfo.CurrentCulture = before;
        CultureInfo.CurrentUICulture = before;
    }

    [Body]
    public static void Culture_SetOnAnUnstartedThread_IsUsed(Outcome o)
    {
        var t = new Thread(() => o.Say("inside", CultureInfo.CurrentCulture.Name));
        o.Does("set", () => t.CurrentCulture = new CultureInfo("es-ES"));
        t.Start();
        t.Join();
    }

    [Body]
    public static void Culture_OfAnotherRunningThread_CannotBeSet(Outcome o)
    {
        using var go = new ManualResetEventSlim();
        var t = new Thread(() => go.Wait());
        t.Start();
        o.Does("get", () => t.CurrentCulture.Name);
        o.Does("set", () => t.CurrentCulture = new CultureInfo("es-ES"));
        go.Set();
        t.Join();
    }

    [Body]
    public static void SynchronizationContext_PerThread_IsKeptOverWaits(Outcome o)
    {
        o.Say("at start", SynchronizationContext.Current);
        var mine = new SynchronizationContext();
        SynchronizationContext.SetSynchronizationContext(mine);
        Thread.Sleep(2);
        o.Say("kept", ReferenceEquals(mine, SynchronizationContext.Current));
        Partner.Start(() => o.Say("in a new thread", SynchronizationContext.Current)).Join();
        o.Say("kept after a join", ReferenceEquals(mine, SynchronizationContext.Current));
        SynchronizationContext.SetSynchronizationContext(null);
    }

    [Body]
    public static void SynchronizationContext_WaitNotification_IsHonoured(Outcome o)
    {
        var context = new NotifiedContext();
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            using var set = new ManualResetEvent(false);
            Partner waker = Partner.Later(() => set.Set());
            o.Does("WaitOne", () => set.WaitOne(5000));
            o.Say("notified", context.Waits > 0);
            waker.Join();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    private sealed class NotifiedContext : SynchronizationContext
    {
        public int Waits;

        public NotifiedContext() => SetWaitNotificationRequired();

        public override int Wait(IntPtr[] waitHandles, bool waitAll, int millisecondsTimeout)
        {
            Waits++;
            return WaitHelper(waitHandles, waitAll, millisecondsTimeout);
        }
    }
}
