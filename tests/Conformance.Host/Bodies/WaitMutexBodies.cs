namespace Patchy.Conformance.Bodies;

/// <summary>Mutex.</summary>
internal static class WaitMutexBodies
{
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
        string name = $"patchy-{Guid.NewGuid():N}";
        using var m = new Mutex(true, name, out bool created);
        o.Say("created", created);
        using var tried = new ManualResetEventSlim();
        Partner other = Partner.Start(kind, () =>
        {
            using var same = new Mutex(false, name, out bool again);
            o.Say("created again", again);
            o.Took("WaitOne(20)", 20, () => same.WaitOne(20));
            tried.Set();
            o.Does("WaitOne", () => same.WaitOne(5000));
            same.ReleaseMutex();
        });
        tried.Wait();
        Outcome.Settle();
        m.ReleaseMutex();
        other.Join();
        o.Does("mine again", () => m.WaitOne(1000));
        m.ReleaseMutex();
        o.Does("open", () => Mutex.TryOpenExisting(name, out Mutex? found) && found.WaitOne(0));
    }
}
