namespace Patchy.Conformance.Bodies;

/// <summary>What runs in a started thread: stacks, exceptions, threads that start threads.</summary>
internal static class ThreadRunBodies
{
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
