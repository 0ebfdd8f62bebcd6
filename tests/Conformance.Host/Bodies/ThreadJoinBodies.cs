namespace Patchy.Conformance.Bodies;

/// <summary>Thread.Join.</summary>
internal static class ThreadJoinBodies
{
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
        using var tried = new ManualResetEventSlim();
        Task.Factory.StartNew(() =>
        {
            t = Thread.CurrentThread;
            started.Set();
            tried.Wait();
            Thread.Sleep(70);
        }, TaskCreationOptions.LongRunning);
        started.Wait();
        o.Took("Join(10)", 10, () => t!.Join(10));
        tried.Set();
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
        Partner waker = Partner.Later(kind, () => me.Interrupt());
        o.Took("Join", 30, () => t.Join());
        waker.Join();
        go.Set();
        o.Does("Join again", () => t.Join());
    }
}
