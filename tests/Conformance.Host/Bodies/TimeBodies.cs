using System.Diagnostics;

namespace Patchy.Conformance.Bodies;

internal static class TimeBodies
{
    [Body(Blocks = 60)]
    public static void Sleep_Milliseconds_WaitsAtLeastThatLong(Outcome o) => o.Took("Sleep(60)", 60, () => Thread.Sleep(60));

    [Body(Blocks = 60)]
    public static void Sleep_TimeSpan_WaitsAtLeastThatLong(Outcome o) => o.Took("Sleep(60 ms)", 60, () => Thread.Sleep(TimeSpan.FromMilliseconds(60)));

    [Body]
    public static void Sleep_One_IsNeverEarly(Outcome o)
    {
        int early = 0;
        for (int i = 0; i < 20; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Thread.Sleep(1);
            if (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 0.9) early++;
        }

        o.Say("early", early);
    }

    [Body]
    public static void Sleep_Zero_Returns(Outcome o)
    {
        o.Took("Sleep(0)", 0, () => Thread.Sleep(0));
        o.Took("Sleep(TimeSpan.Zero)", 0, () => Thread.Sleep(TimeSpan.Zero));
    }

    [Body]
    public static void Sleep_BadArguments_Throw(Outcome o)
    {
        o.Does("-2", () => Thread.Sleep(-2));
        o.Does("int.MinValue", () => Thread.Sleep(int.MinValue));
        o.Does("-2 ms", () => Thread.Sleep(TimeSpan.FromMilliseconds(-2)));
        o.Does("too long", () => Thread.Sleep(TimeSpan.FromMilliseconds((double)int.MaxValue + 1)));
        o.Does("MaxValue", () => Thread.Sleep(TimeSpan.MaxValue));
        o.Does("MinValue", () => Thread.Sleep(TimeSpan.MinValue));
    }

    [Body(Blocks = 30)]
    public static void Sleep_Infinite_EndsByInterrupt(Outcome o, PartnerKind kind)
    {
        Thread me = Thread.CurrentThread;
        Partner waker = Partner.Later(kind, () => me.Interrupt());
        o.Took("Sleep(Infinite)", 30, () => Thread.Sleep(Timeout.Infinite));
        waker.Join();
        o.Does("Sleep after it", () => Thread.Sleep(1));
    }

    [Body(Blocks = 30)]
    public static void Sleep_InfiniteTimeSpan_EndsByInterrupt(Outcome o)
    {
        Thread me = Thread.CurrentThread;
        Partner waker = Partner.Later(() => me.Interrupt());
        o.Took("Sleep", 30, () => Thread.Sleep(Timeout.InfiniteTimeSpan));
        waker.Join();
    }

    [Body]
    public static void Sleep_InterruptedBefore_ThrowsAtOnceAndOnlyOnce(Outcome o)
    {
        Thread.CurrentThread.Interrupt();
        o.Say("running on");
        o.Took("Sleep(5000)", 0, () => Thread.Sleep(5000));
        o.Does("second", () => Thread.Sleep(1));
    }

    [Body]
    public static void Sleep_ZeroInterruptedBefore_DoesAsNatively(Outcome o)
    {
        Thread.CurrentThread.Interrupt();
        o.Does("Sleep(0)", () => Thread.Sleep(0));
        o.Does("Sleep(1)", () => Thread.Sleep(1));
    }

    [Body]
    public static void Yield_InterruptedBefore_DoesAsNatively(Outcome o)
    {
        Thread.CurrentThread.Interrupt();
        o.Does("Yield", () =>
        {
            Thread.Yield();
            return "returned";
        });
        o.Does("Sleep(1)", () => Thread.Sleep(1));
    }

    [Body]
    public static void Interrupt_Twice_ThrowsOnce(Outcome o)
    {
        Thread.CurrentThread.Interrupt();
        Thread.CurrentThread.Interrupt();
        o.Does("first", () => Thread.Sleep(1));
        o.Does("second", () => Thread.Sleep(1));
    }

    [Body(Blocks = 90)]
    public static void Sleep_ThreeThreads_EndInOrderOfTheirTimes(Outcome o)
    {
        // Again, and with longer times, where a machine that pauses has let several end at once.
        int[] times = [180, 120, 60], ends = [];
        for (int attempt = 0; attempt < 5 && !ends.SequenceEqual([60, 120, 180]); attempt++)
        {
            var seen = new System.Collections.Concurrent.ConcurrentQueue<int>();
            int factor = 1 << attempt;
            Partner.JoinAll([.. times.Select(ms => Partner.Start(() =>
            {
                Thread.Sleep(ms * factor);
                seen.Enqueue(ms);
            }))]);
            ends = [.. seen];
        }

        o.Say("ends", ends);
    }

    [Body(Blocks = 60)]
    public static void Sleep_FiftyThreads_Overlap(Outcome o) => o.Took("all", 200, () => Partner.JoinAll([.. Enumerable.Range(0, 50).Select(_ => Partner.Start(() => Thread.Sleep(200)))]), grace: 5000); // one after the other: ten seconds

    [Body]
    public static void Yield_OthersReady_LetsThemRun(Outcome o)
    {
        int progress = 0;
        Partner other = Partner.Start(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                Interlocked.Increment(ref progress);
                Thread.Yield();
            }
        });
        while (Volatile.Read(ref progress) < 50) Thread.Yield();
        other.Join();
        o.Say("progress", progress);
    }

    [Body]
    public static void SpinOnce_WaitingForAnotherThread_LetsItRun(Outcome o, PartnerKind kind)
    {
        bool spun = false, set = false;
        Partner other = Partner.Start(kind, () =>
        {
            while (!Volatile.Read(ref spun)) Thread.Sleep(1);
            Thread.Sleep(5);
            Volatile.Write(ref set, true);
        });
        var spinner = new SpinWait();
        while (!Volatile.Read(ref set))
        {
            spinner.SpinOnce();
            Volatile.Write(ref spun, true);
        }

        o.Say("set", set);
        o.Say("spun", spinner.Count > 0);
        other.Join();
    }

    [Body]
    public static void SpinOnce_SleepOneThreshold_IsHonoured(Outcome o)
    {
        var spinner = new SpinWait();
        for (int i = 0; i < 40; i++) spinner.SpinOnce(sleep1Threshold: -1);
        o.Say("count", spinner.Count);
        o.Say("will yield", spinner.NextSpinWillYield);
        o.Does("-2", () => spinner.SpinOnce(-2));
        spinner.Reset();
        o.Say("after reset", spinner.Count);
    }

    [Body(Blocks = 50)]
    public static void SpinUntil_Timeout_IsFalseInTime(Outcome o)
    {
        o.Took("int", 50, () => SpinWait.SpinUntil(() => false, 50));
        o.Took("span", 20, () => SpinWait.SpinUntil(() => false, TimeSpan.FromMilliseconds(20)));
        o.Took("zero", 0, () => SpinWait.SpinUntil(() => false, 0));
        o.Does("true at once", () => SpinWait.SpinUntil(() => true, 0));
        o.Does("-2", () => SpinWait.SpinUntil(() => true, -2));
        o.Does("null", () => SpinWait.SpinUntil(null!));
    }

    [Body(Blocks = 30)]
    public static void SpinUntil_SetByAnother_IsTrue(Outcome o, PartnerKind kind)
    {
        bool set = false;
        Partner other = Partner.Later(kind, () => Volatile.Write(ref set, true));
        o.Took("until", 30, () => SpinWait.SpinUntil(() => Volatile.Read(ref set), 10_000), grace: 5000);
        other.Join();
    }

    [Body(Blocks = 60)]
    public static void Timer_WhileBodySleeps_Fires(Outcome o)
    {
        int fired = 0;
        bool pool = false;
        using (var timer = new Timer(state =>
        {
            pool = Thread.CurrentThread.IsThreadPoolThread;
            Interlocked.Increment(ref fired);
        }, null, 10, Timeout.Infinite))
        {
            for (int turn = 0; turn < 60 && (turn == 0 || Volatile.Read(ref fired) == 0); turn++) Thread.Sleep(80);
        }

        o.Say("fired", fired);
        o.Say("on the pool", pool);
    }

    [Body]
    public static void Timer_DisposeWithHandle_SignalsWhenIdle(Outcome o)
    {
        var timer = new Timer(_ => { }, null, Timeout.Infinite, Timeout.Infinite);
        using var done = new ManualResetEvent(false);
        o.Does("Dispose", () => timer.Dispose(done));
        o.Does("wait", () => done.WaitOne(5000));
        o.Does("Dispose again", () => timer.Dispose(done));
        o.Does("Change", () => timer.Change(1, 1));
    }

    [Body(Blocks = 40)]
    public static void Timer_CallbackSetsEvent_WakesTheBody(Outcome o)
    {
        using var set = new ManualResetEventSlim();
        using var timer = new Timer(_ => set.Set(), null, 50, Timeout.Infinite);
        o.Took("wait", 40, () => set.Wait(5000));
    }

    [Body(Blocks = 40)]
    public static void PeriodicTimer_WaitedForSynchronously_Ticks(Outcome o)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (int i = 0; i < 3; i++) o.Does("tick", () => timer.WaitForNextTickAsync().AsTask().GetAwaiter().GetResult());
    }

    [Body(Blocks = 60)]
    public static void TaskDelay_Waited_IsNotEarly(Outcome o)
    {
        o.Took("Wait", 60, () => Task.Delay(60).Wait());
        o.Took("GetResult", 30, () => Task.Delay(30).GetAwaiter().GetResult());
    }

    [Body]
    public static void SystemTimerElapsed_WhileBodyWaits_Fires(Outcome o)
    {
        using var timer = new System.Timers.Timer(15) { AutoReset = false };
        using var elapsed = new AutoResetEvent(false);
        timer.Elapsed += (_, _) => elapsed.Set();
        timer.Start();
        o.Does("elapsed", () => elapsed.WaitOne(5000));
        o.Does("again", () => elapsed.WaitOne(30));
    }
}
