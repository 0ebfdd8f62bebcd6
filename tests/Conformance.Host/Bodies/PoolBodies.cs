using System.Runtime.InteropServices;

namespace Patchy.Conformance.Bodies;

/// <summary>What waits for work that the runtime does on threads of its own: parallel loops and queries, signals, timers and cancellation that wait for a callback.</summary>
internal static class PoolBodies
{
    private const int ContinueSignal = 18; // SIGCONT: nothing else happens by it

    [Body(Blocks = 60)]
    public static void ParallelLoops_CalledHere_LetOthersRun(Outcome o)
    {
        // Some of the bodies run on the caller itself.
        var options = new ParallelOptions { MaxDegreeOfParallelism = 3 };
        int sum = 0;
        o.Took("For", 60, () => Parallel.For(0, 6, options, i =>
        {
            Thread.Sleep(60);
            Interlocked.Add(ref sum, i);
        }).IsCompleted);
        o.Took("ForEach", 60, () => Parallel.ForEach(new[] { 1, 2, 3, 4 }, options, i =>
        {
            Thread.Sleep(60);
            Interlocked.Add(ref sum, i);
        }).IsCompleted);
        o.Took("Invoke", 60, () => Parallel.Invoke(() => Thread.Sleep(60), () => Thread.Sleep(30)));
        o.Took("ForEachAsync", 60, () => Parallel.ForEachAsync(new[] { 1, 2 }, options, async (_, token) => await Task.Delay(60, token)).Wait());
        o.Say("sum", sum);
    }

    [Body(Blocks = 60)]
    public static void ParallelQueries_CalledHere_LetOthersRun(Outcome o)
    {
        o.Took("sum", 60, () => Enumerable.Range(0, 4).AsParallel().WithDegreeOfParallelism(2).Select(i =>
        {
            Thread.Sleep(60);
            return i;
        }).Sum());
        o.Took("ForAll", 60, () => new[] { 1, 2 }.AsParallel().ForAll(_ => Thread.Sleep(60)));
        o.Took("foreach", 60, () =>
        {
            int seen = 0;
            foreach (int _ in Enumerable.Range(0, 4).AsParallel().WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(i =>
            {
                Thread.Sleep(60);
                return i;
            })) seen++;
            return seen;
        });
    }

    [Body(Blocks = 60, MayHold = 150)]
    public static void Signal_HandlerThatBlocks_IsWaitedFor(Outcome o)
    {
        object gate = new();
        using var handled = new ManualResetEventSlim();
        using (PosixSignalRegistration.Create((PosixSignal)ContinueSignal, context =>
        {
            Thread.Sleep(60);
            lock (gate) o.Say($"signal {context.Signal}");
            context.Cancel = true;
            handled.Set();
        }))
        {
            lock (gate)
            {
                Native.SendToSelf(ContinueSignal);
                Thread.Sleep(120);
                o.Say("the lock is still held", !handled.IsSet);
            }

            o.Does("handled", () => handled.Wait(5000));
            handled.Reset();
            Native.SendToSelf(ContinueSignal);
            o.Took("again", 40, () => handled.Wait(5000));
        }
    }

    [Body(Blocks = 60)]
    public static void Cancellation_UnregisterAndDispose_WaitForTheCallback(Outcome o, PartnerKind kind)
    {
        foreach ((string name, Action<CancellationTokenRegistration, CancellationTokenSource> wait) in new (string, Action<CancellationTokenRegistration, CancellationTokenSource>)[]
        {
            ("registration", (registration, _) => registration.Dispose()),
            ("registration, async", (registration, _) => registration.DisposeAsync().AsTask().Wait()),
            ("linked source", (_, linked) => linked.Dispose()),
        })
        {
            var source = new CancellationTokenSource();
            using var inside = new ManualResetEventSlim();
            var linked = CancellationTokenSource.CreateLinkedTokenSource(source.Token);
            CancellationTokenRegistration registration = linked.Token.Register(() =>
            {
                inside.Set();
                Thread.Sleep(60);
            });
            Partner canceller = Partner.Start(kind, () => source.Cancel());
            inside.Wait();
            o.Took(name, name == "linked source" ? 0 : 30, () => wait(registration, linked));
            canceller.Join();
            source.Dispose();
        }
    }

    [Body(Blocks = 60)]
    public static void Timer_Dispose_WaitsForItsCallback(Outcome o)
    {
        foreach (string name in new[] { "handle", "async" })
        {
            using var inside = new ManualResetEventSlim();
            bool ended = false;
            var timer = new Timer(_ =>
            {
                inside.Set();
                Thread.Sleep(80);
                Volatile.Write(ref ended, true);
            }, null, 0, Timeout.Infinite);
            inside.Wait();
            using var done = new ManualResetEvent(false);
            if (name == "handle")
            {
                o.Does("Dispose", () => timer.Dispose(done));
                o.Took(name, 40, () => done.WaitOne(5000));
            }
            else
            {
                o.Took(name, 40, () => timer.DisposeAsync().AsTask().Wait());
            }

            o.Say("the callback has ended", Volatile.Read(ref ended));
        }
    }

    [Body(Blocks = 60)]
    public static void SystemTimers_Ticks_WakeTheBody(Outcome o)
    {
        using var ticked = new SemaphoreSlim(0);
        using var timer = new System.Timers.Timer(20);
        timer.Elapsed += (_, _) =>
        {
            Thread.Sleep(5);
            ticked.Release();
        };
        timer.Start();
        o.Took("three", 50, () =>
        {
            for (int i = 0; i < 3; i++) ticked.Wait();
        });
        timer.Stop();
    }
}
