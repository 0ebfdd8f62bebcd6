using System.Threading.Channels;

namespace Patchy.Conformance.Bodies;

internal static class TaskBodies
{
    [Body(Blocks = 60)]
    public static void Wait_Timeouts_AreFalseInTime(Outcome o)
    {
        var never = new TaskCompletionSource<int>();
        o.Took("60", 60, () => never.Task.Wait(60));
        o.Took("20 ms", 20, () => never.Task.Wait(TimeSpan.FromMilliseconds(20)));
        o.Took("0", 0, () => never.Task.Wait(0));
        o.Does("-2", () => never.Task.Wait(-2));
        o.Does("MaxValue", () => never.Task.Wait(TimeSpan.MaxValue));
        using var source = new CancellationTokenSource(30);
        o.Took("cancelled", 20, () => never.Task.Wait(source.Token));
        o.Took("cancelled before", 0, () => never.Task.Wait(5000, source.Token));
    }

    [Body(Blocks = 40)]
    public static void Result_OfARunningTask_IsAwaited(Outcome o, PartnerKind kind)
    {
        o.Took("Task.Run", 40, () => Task.Run(() =>
        {
            Thread.Sleep(50);
            return 42;
        }).Result);
        var set = new TaskCompletionSource<string>();
        Partner setter = Partner.Later(kind, () => set.SetResult("set"));
        o.Took("completion source", 30, () => set.Task.Result);
        setter.Join();
        o.Does("completed", () => Task.FromResult(3).Result);
        o.Took("GetResult", 20, () => Later(20).GetAwaiter().GetResult());
        o.Took("ValueTask", 20, () => new ValueTask<int>(Later(20)).AsTask().Result);
    }

    private static async Task<int> Later(int ms)
    {
        await Task.Delay(ms);
        return ms;
    }

    [Body]
    public static void Exceptions_AreThrownAsNatively(Outcome o)
    {
        static Task Failing() => Task.Run(() =>
        {
            Thread.Sleep(5);
            throw new InvalidOperationException("task");
        });
        o.Does("Wait", () => Failing().Wait());
        o.Does("GetResult", () => Failing().GetAwaiter().GetResult());
        o.Does("Result", () => Task.Run(int () => throw new ArgumentException("result")).Result);
        o.Does("WaitAll", () => Task.WaitAll(Failing(), Task.CompletedTask, Failing()));
        o.Does("WaitAny", () => Task.WaitAny(Failing()));
        o.Does("cancelled", () => Task.FromCanceled(new CancellationToken(true)).Wait());
        o.Does("cancelled, GetResult", () => Task.FromCanceled(new CancellationToken(true)).GetAwaiter().GetResult());
        o.Does("async", () => Async().Wait());
        var set = new TaskCompletionSource();
        set.SetException([new InvalidOperationException("a"), new InvalidOperationException("b")]);
        o.Does("several", () => set.Task.Wait());
        o.Does("several, GetResult", () => set.Task.GetAwaiter().GetResult());

        static async Task Async()
        {
            await Task.Yield();
            throw new FormatException("async");
        }
    }

    [Body(Blocks = 40)]
    public static void WaitAll_WaitAny_AreAsNatively(Outcome o)
    {
        var never = new TaskCompletionSource();
        o.Took("WaitAny", 10, () => Task.WaitAny(never.Task, Task.Delay(20), new TaskCompletionSource().Task));
        Task slow = Task.Delay(60);
        o.Took("WaitAll", 10, () => Task.WaitAll(slow, Task.Delay(10)));
        o.Took("WaitAll timeout", 20, () => Task.WaitAll([never.Task], 20));
        o.Took("WaitAny timeout", 20, () => Task.WaitAny([never.Task], 20));
        o.Does("WaitAny, lowest", () => Task.WaitAny(never.Task, Task.CompletedTask, Task.CompletedTask));
        o.Does("WaitAny, empty", () => Task.WaitAny());
        o.Does("WaitAll, empty", () => Task.WaitAll());
        o.Does("WaitAll, null", () => Task.WaitAll((Task[])null!));
        o.Does("WaitAll, null inside", () => Task.WaitAll(never.Task, null!));
        using var source = new CancellationTokenSource(20);
        o.Took("WaitAll cancelled", 10, () => Task.WaitAll([never.Task], source.Token));
        o.Took("WaitAny cancelled", 0, () => Task.WaitAny([never.Task], source.Token));
        o.Does("WhenAll", () => Task.WhenAll(Task.FromResult(1), Later(10)).Result);
        o.Does("WhenAny", () => Task.WhenAny(never.Task, Later(10)).Result is Task<int>);
    }

    [Body(Blocks = 30)]
    public static void Wait_Interrupted_Throws(Outcome o, PartnerKind kind)
    {
        var never = new TaskCompletionSource<int>();
        Thread me = Thread.CurrentThread;
        foreach ((string name, Action wait) in new (string, Action)[]
        {
            ("Wait", () => never.Task.Wait()),
            ("Result", () => _ = never.Task.Result),
            ("GetResult", () => never.Task.GetAwaiter().GetResult()),
            ("WaitAll", () => Task.WaitAll(never.Task)),
            ("WaitAny", () => Task.WaitAny(never.Task)),
        })
        {
            Partner waker = Partner.Later(kind, () => me.Interrupt());
            o.Took(name, 30, wait);
            waker.Join();
        }
    }

    [Body]
    public static void Run_Body_IsOnThePool(Outcome o)
    {
        Task.Run(() =>
        {
            o.Say("pool", Thread.CurrentThread.IsThreadPoolThread);
            o.Say("background", Thread.CurrentThread.IsBackground);
            Thread.Sleep(5);
            o.Say("pool after a sleep", Thread.CurrentThread.IsThreadPoolThread);
        }).Wait();
        Task.Factory.StartNew(() => o.Say("long running", Thread.CurrentThread.IsThreadPoolThread), TaskCreationOptions.LongRunning).Wait();
    }

    [Body]
    public static void Wait_UnstartedTask_RunsInlineAndOnce(Outcome o)
    {
        // A cold task never started: Wait must time out; started, Wait may run it on this very thread.
        int runs = 0;
        var cold = new Task(() => runs++);
        o.Does("cold", () => cold.Wait(20));
        cold.Start();
        o.Does("started", () => cold.Wait());
        o.Say("runs", runs);
        o.Does("start again", () => cold.Start());
        var own = new Task(() => o.Say("synchronously here", !Thread.CurrentThread.IsThreadPoolThread));
        own.RunSynchronously();
        o.Does("waited", () => own.Wait());
    }

    [Body]
    public static void Await_FromABlockedThread_CompletesOnThePool(Outcome o)
    {
        async Task<string> Work()
        {
            var seen = new List<bool>();
            for (int i = 0; i < 3; i++)
            {
                await Task.Delay(5).ConfigureAwait(false);
                seen.Add(Thread.CurrentThread.IsThreadPoolThread);
            }

            return string.Join(" ", seen);
        }

        o.Does("on the pool", () => Work().GetAwaiter().GetResult());
    }

    [Body]
    public static void ContinueWith_ExecuteSynchronously_RunsOnTheCompleter(Outcome o)
    {
        var set = new TaskCompletionSource();
        Thread? seen = null;
        Task continued = set.Task.ContinueWith(_ => seen = Thread.CurrentThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Thread? completer = null;
        Partner other = Partner.Start(() =>
        {
            completer = Thread.CurrentThread;
            set.SetResult();
        });
        continued.Wait();
        other.Join();
        o.Say("same thread", ReferenceEquals(seen, completer));
    }

    [Body]
    public static void ParallelFor_BodiesThatBlock_AllRun(Outcome o)
    {
        int count = 0;
        o.Does("For", () => Parallel.For(0, 20, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            Thread.Sleep(1);
            Interlocked.Add(ref count, i);
        }).IsCompleted);
        o.Say("count", count);
        count = 0;
        o.Does("ForEach", () => Parallel.ForEach(Enumerable.Range(0, 30), new ParallelOptions { MaxDegreeOfParallelism = 3 }, i => Interlocked.Add(ref count, i)).IsCompleted);
        o.Say("count", count);
        o.Does("Invoke", () => Parallel.Invoke(() => Interlocked.Increment(ref count), () => Thread.Sleep(5), () => Interlocked.Increment(ref count)));
        o.Say("count", count);
        o.Does("throws", () => Parallel.For(0, 1, _ => throw new InvalidOperationException("loop")));
        o.Does("break", () => Parallel.For(0, 5, new ParallelOptions { MaxDegreeOfParallelism = 1 }, (i, state) =>
        {
            if (i == 2) state.Stop();
        }).IsCompleted);
        o.Does("cancelled", () => Parallel.For(0, 5, new ParallelOptions { CancellationToken = new CancellationToken(true) }, _ => { }));
    }

    [Body]
    public static void Plinq_Query_IsRight(Outcome o)
    {
        o.Does("sum", () => Enumerable.Range(0, 2000).AsParallel().WithDegreeOfParallelism(3).Select(i => (long)i * i).Sum());
        o.Does("ordered", () => Enumerable.Range(0, 40).AsParallel().AsOrdered().Where(i =>
        {
            if (i % 20 == 0) Thread.Sleep(1);
            return i % 7 == 0;
        }).ToArray());
        o.Does("throws", () => new[] { 1 }.AsParallel().Select(int (_) => throw new InvalidOperationException("query")).ToArray());
    }

    [Body(Blocks = 20)]
    public static void Channel_ReadSynchronously_GetsAll(Outcome o, PartnerKind kind)
    {
        Channel<int> channel = Channel.CreateBounded<int>(2);
        Partner writer = Partner.Start(kind, () =>
        {
            for (int i = 0; i < 20; i++)
            {
                channel.Writer.WriteAsync(i).AsTask().Wait();
                if (i % 5 == 0) Thread.Sleep(5);
            }

            channel.Writer.Complete();
        });
        int sum = 0;
        while (channel.Reader.WaitToReadAsync().AsTask().Result)
        {
            while (channel.Reader.TryRead(out int item)) sum += item;
        }

        writer.Join();
        o.Say("sum", sum);
    }

    [Body]
    public static void ManyTasksManyWaiters_AllComplete(Outcome o)
    {
        int done = 0;
        Partner.JoinAll([.. Enumerable.Range(0, 20).Select(n => Partner.Start(() =>
        {
            for (int k = 0; k < 5; k++)
            {
                if (Later(1 + (k % 3)).Result > 0) Interlocked.Increment(ref done);
            }
        }))]);
        o.Say("done", done);
    }

    [Body]
    public static void ThreadPool_WorkItems_Run(Outcome o)
    {
        using var done = new CountdownEvent(20);
        int pool = 0;
        for (int i = 0; i < 20; i++)
        {
            ThreadPool.QueueUserWorkItem(_ =>
            {
                if (Thread.CurrentThread.IsThreadPoolThread) Interlocked.Increment(ref pool);
                done.Signal();
            });
        }

        done.Wait();
        o.Say("on the pool", pool);
        o.Does("null", () => ThreadPool.QueueUserWorkItem(null!));
    }

    // The others wait for the runtime's own lock, natively: the hub stands still until its monitor has seen it twice and relieved the carrier.
    [Body(MayHold = 150, MayBeRelieved = true)]
    public static void StaticConstructor_ThatWaits_RunsOnceForAll(Outcome o, PartnerKind kind)
    {
        Partner[] all = [.. Enumerable.Range(0, 4).Select(_ => Partner.Start(kind, () => { if (kind == PartnerKind.Thread) SlowForThreads.Touch(); else SlowForNative.Touch(); }))];
        Partner.JoinAll(all);
        o.Say("runs", kind == PartnerKind.Thread ? s_threadRuns : s_nativeRuns);
        o.Does("failing", () => Failing.Touch());
        o.Does("failing again", () => Failing.Touch());
    }

    private static int s_threadRuns;
    private static int s_nativeRuns;

    private static class SlowForThreads
    {
        static SlowForThreads()
        {
            Thread.Sleep(40);
            s_threadRuns++;
        }

        public static void Touch() => Thread.Yield();
    }

    private static class SlowForNative
    {
        static SlowForNative()
        {
            Thread.Sleep(40);
            s_nativeRuns++;
        }

        public static void Touch() => Thread.Yield();
    }

    private static class Failing
    {
        static Failing()
        {
            Thread.Sleep(1);
            throw new InvalidOperationException("cctor");
        }

        public static void Touch() => Thread.Yield();
    }
}
