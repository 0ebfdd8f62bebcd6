using FluentAssertions;
using Patchy.Events;
using Patchy.Pools;
using Xunit;

namespace Patchy.Tests.Pools;

/// <summary>The pool of native threads (rule X5).</summary>
public sealed class NativeThreadPoolTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(10);

    [ThreadStatic] private static string? t_mark;

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void X5_Spawn_RunsOnANativeThreadWhileTheHubGoesOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(2);
        int ticks = 0, here = Environment.CurrentManagedThreadId;
        Greenlet ticker = Greenlet.Spawn(() => { while (true) { ticks++; Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); } });
        (int Thread, bool OnGreenlet, bool HasHub) seen = pool.Spawn(() =>
        {
            for (int turn = 0; turn < 20_000 && Volatile.Read(ref ticks) <= 1; turn++) Thread.Sleep(1);
            return (Environment.CurrentManagedThreadId, Greenlet.Running is not null, Hub.CurrentOrNull is not null);
        }).Get();
        ticks.Should().BeGreaterThan(1);
        seen.Thread.Should().NotBe(here);
        seen.OnGreenlet.Should().BeFalse();
        seen.HasHub.Should().BeFalse();
        ticker.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X5_Spawn_FromAnyThreadAndHub(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: only from the thread that owns the pool's hub, else InvalidThreadUseError. This pool belongs to none.
        using var pool = new NativeThreadPool(2, Timeout.InfiniteTimeSpan);
        int sum = 0;
        Thread[] threads = [.. Enumerable.Range(0, 3).Select(i => new Thread(() =>
        {
            if (i == 0) _ = Hub.Create(kind);
            for (int n = 0; n < 50; n++) Interlocked.Add(ref sum, pool.Spawn(() => 1).Get());
        }))];
        foreach (Thread thread in threads) thread.StartNatively();
        for (int n = 0; n < 50; n++) Interlocked.Add(ref sum, pool.Spawn(() => 1).Get());
        while (threads.Any(thread => thread.IsAlive)) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        sum.Should().Be(200);
        pool.Count.Should().Be(0);
        pool.Size.Should().BeInRange(1, 2);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X5_Spawn_WaitsWhenOneMoreThanTheThreadsIsOutstanding(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: "queues maxsize+1 before blocking".
        using var pool = new NativeThreadPool(1);
        using var gate = new ManualResetEventSlim();
        var spawned = new List<int>();
        Greenlet spawner = Greenlet.Spawn(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                pool.Spawn(gate.Wait);
                spawned.Add(i);
            }
        });
        Greenlet.Yield();
        spawner.Join(TimeSpan.FromMilliseconds(50)).Should().BeFalse();
        spawned.Should().Equal(0, 1);
        pool.Count.Should().Be(2);
        gate.Set();
        spawner.Join(s_long).Should().BeTrue();
        pool.Join();
        pool.Count.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X5_Spawn_KilledWhileItWaits_LosesNoPlace(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(1);
        for (int round = 0; round < 10; round++)
        {
            using var gate = new ManualResetEventSlim();
            for (int i = 0; i < 2; i++) pool.Spawn(gate.Wait);
            bool ran = false;
            Greenlet spawner = Greenlet.Spawn(() => { pool.Spawn(() => ran = true); });
            Greenlet.Yield();
            spawner.Kill();
            gate.Set();
            pool.Join();
            ran.Should().BeFalse();
        }
        for (int i = 0; i < 2; i++) pool.Spawn(() => { }); // would wait for ever if a place had gone
        pool.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X5_Errors_AreRaisedWhereSomebodyWaits_AndReported(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        using var pool = new NativeThreadPool(1);
        var error = new FormatException("mine");
        AsyncResult<int> result = pool.Spawn<int>(() => throw error);
        ((Action)(() => result.Get())).Should().Throw<FormatException>().Which.Should().BeSameAs(error);
        ((Action)(() => pool.Apply(() => throw error))).Should().Throw<FormatException>();
        pool.Join();
        quiet.Seen.Select(seen => seen.Exception).Should().OnlyContain(seen => seen == error, "gevent's hub prints it as well").And.HaveCount(2);
        pool.Apply(() => 1).Should().Be(1, "the worker lives on");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X5_Apply_InsideAWorker_RunsInPlace(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(1);
        pool.Apply(() => (Environment.CurrentManagedThreadId, pool.Apply(() => Environment.CurrentManagedThreadId)))
            .Should().Match<(int Outer, int Inner)>(ids => ids.Outer == ids.Inner);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X5_Spawn_InsideAWorker_NeverWaitsForRoom(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(1);
        int done = 0;
        pool.Apply(() => { for (int i = 0; i < 10; i++) pool.Spawn(() => { done++; }); });
        pool.Join();
        done.Should().Be(10);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X5_Threads_EndWhenIdleForLong(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(2, TimeSpan.FromMilliseconds(50));
        pool.Size.Should().Be(0, "none is started before it is needed");
        pool.Apply(() => pool.Size).Should().Be(1, "it has its thread while it works");
        for (int i = 0; i < 2000 && pool.Size > 0; i++) Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
        pool.Size.Should().Be(0);
        pool.Apply(() => 2).Should().Be(2, "it starts a new one");
    });

    public static TheoryData<TimeSpan> LongTimes => [TimeSpan.FromMilliseconds(int.MaxValue), TimeSpan.FromDays(25), TimeSpan.FromDays(60), TimeSpan.MaxValue, Timeout.InfiniteTimeSpan];

    [Theory, MemberData(nameof(LongTimes))]
    public void IdleTimeout_LongerThanAWaitHandleTakes_IsAnIdleTimeout(TimeSpan idleTimeout) => OnHub.Run(TestKinds.All[0], () =>
    {
        using var pool = new NativeThreadPool(1, idleTimeout);
        int worker = pool.Apply(() => Environment.CurrentManagedThreadId);
        Greenlet.Sleep(TimeSpan.FromMilliseconds(50)); // it has gone to sleep: an exception there would end the process
        pool.Apply(() => Environment.CurrentManagedThreadId).Should().Be(worker, "it is idle for a moment only");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Apply_Interrupted_RaisesAtOnceAndTheWorkGoesOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(1);
        using var gate = new ManualResetEventSlim();
        bool finished = false;
        ((Action)(() =>
        {
            using GreenletTimeout timeout = GreenletTimeout.Start(s_moment);
            pool.Apply(() => { gate.Wait(); finished = true; });
        })).Should().Throw<GreenletTimeout>();
        pool.Count.Should().Be(1, "native work cannot be aborted");
        gate.Set();
        pool.Join();
        finished.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void ApplyInPlace_KeepsTheIdentityOfTheGreenlet(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(2);
        Greenlet.Spawn(() =>
        {
            int ticks = 0;
            Greenlet ticker = Greenlet.Spawn(() => { while (true) { ticks++; Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); } });
            t_mark = "mine";
            Thread here = Thread.CurrentThread;
            lock (pool)
            {
                pool.ApplyInPlace(() =>
                {
                    for (int turn = 0; turn < 20_000 && Volatile.Read(ref ticks) <= 1; turn++) Thread.Sleep(1);
                    return (Thread.CurrentThread, t_mark, Monitor.IsEntered(pool));
                }).Should().Be((here, "mine", true), "a worker has none of that");
            }
            t_mark = null;
            ticks.Should().BeGreaterThan(1);
            ticker.Kill();
        }).Get();
        pool.Size.Should().Be(0, "no worker was needed");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Spawn_FlowsTheExecutionContext(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(1);
        var local = new AsyncLocal<string?> { Value = "spawner" };
        pool.Apply(() => { string? seen = local.Value; local.Value = "worker"; return seen; }).Should().Be("spawner", "as in Task.Run; gevent starts with an empty context");
        local.Value.Should().Be("spawner");
        local.Value = null;
        pool.Apply(() => local.Value).Should().BeNull("what a job sets ends with it");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void ApplyCbAndApplyAsync_CallBackInPlace_OnlyOnSuccess(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        using var pool = new NativeThreadPool(1);
        Greenlet? where = null;
        pool.ApplyCb(() => 3, _ => where = Greenlet.Running).Should().Be(3);
        where.Should().BeSameAs(Greenlet.Running, "gevent: a thread pool calls back in the current greenlet");
        var values = new List<int>();
        using var gate = new ManualResetEventSlim();
        for (int i = 0; i < 2; i++) pool.Spawn(gate.Wait);
        Greenlet<int> late = pool.ApplyAsync(() => 4, values.Add);
        Greenlet<int> bad = pool.ApplyAsync<int>(() => throw new FormatException(), values.Add);
        late.Dead.Should().BeFalse("it returns at once, although the pool is full");
        gate.Set();
        Greenlet.JoinAll(late, bad);
        late.Get().Should().Be(4);
        values.Should().Equal(4);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Resize_StartsAndEndsThreads(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(3, Timeout.InfiniteTimeSpan);
        pool.Resize(3);
        pool.Size.Should().Be(3);
        pool.Resize(1);
        pool.Size.Should().Be(1);
        ((Action)(() => pool.Resize(4))).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*MaxSize*");
        ((Action)(() => pool.Resize(-1))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => pool.MaxSize = -1)).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new NativeThreadPool(-1))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => pool.Join(TimeSpan.FromSeconds(-3)))).Should().Throw<ArgumentOutOfRangeException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_LetsTheWorkBeDoneThenEndsTheThreads_AndThePoolGoesOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var pool = new NativeThreadPool(2);
        int done = 0;
        for (int i = 0; i < 3; i++) pool.Spawn(() => { Thread.Sleep(30); Interlocked.Increment(ref done); });
        pool.Kill();
        done.Should().Be(3, "gevent: the workers are told to end after what is queued");
        pool.Size.Should().Be(0);
        pool.Apply(() => 1).Should().Be(1);
        pool.Dispose();
        pool.Size.Should().Be(0);
        ((Action)(() => pool.Spawn(() => { }))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => pool.Spawn(() => { }))).Should().Throw<ObjectDisposedException>("no place is lost by the first");
        pool.Dispose();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void MaxSize_MayChangeAtAnyTime(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(0);
        AsyncResult<int> result = pool.Spawn(() => 1);
        result.Wait(s_moment).Should().BeFalse("there is no thread to run it, and may be none");
        Greenlet second = Greenlet.Spawn(() => pool.Spawn(() => { }));
        second.Join(s_moment).Should().BeFalse("one outstanding is all that it takes");
        pool.MaxSize = 2;
        result.Get().Should().Be(1);
        second.Join(s_long).Should().BeTrue();
        using var gate = new ManualResetEventSlim();
        for (int i = 0; i < 2; i++) pool.Spawn(gate.Wait);
        pool.MaxSize = 1;
        gate.Set();
        pool.Join();
        for (int i = 0; i < 2000 && pool.Size > 1; i++) Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
        pool.Size.Should().BeLessThanOrEqualTo(1);
        int running = 0, most = 0;
        Greenlet.JoinAll([.. Enumerable.Range(0, 6).Select(_ => Greenlet.Spawn(() =>
        {
            pool.Apply(() => { most = Math.Max(most, Interlocked.Increment(ref running)); Thread.Sleep(2); Interlocked.Decrement(ref running); });
        }))]);
        most.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void WaitsForOneself_AreRefused(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        using var pool = new NativeThreadPool(1);
        foreach (Action wait in new Action[] { pool.Join, pool.Kill, pool.Dispose })
            ((Action)(() => pool.Apply(wait))).Should().Throw<InvalidOperationException>().WithMessage("*by a thread of*");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Worker_WhoseJobMadeAHub_LosesItWithTheJob(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(1);
        Greenlet? left = null;
        bool cleaned = false;
        for (int round = 0; round < 5 && !cleaned; round++) // a worker gives its greenlets a second, which a pause of the machine may take
        {
            Hub hub = pool.Apply(() =>
            {
                left = Greenlet.Spawn(() =>
                {
                    try { Greenlet.Sleep(s_long); }
                    finally { cleaned = true; }
                });
                Greenlet.Yield();
                return Hub.Current;
            });
            pool.Apply(() => Hub.CurrentOrNull is null).Should().BeTrue();
            hub.IsDestroyed.Should().BeTrue("nothing would run its greenlets while the worker idles; gevent destroys it at the end of the thread");
        }
        left!.Dead.Should().BeTrue();
        cleaned.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X5_Errors_GoToTheHubThatTheWorkCameFrom(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(1);
        var handled = new AsyncResult<(object? Context, Exception Error, bool InHub)>();
        var error = new FormatException("mine");
        Hub.Current.ErrorHandler = (context, exception) => handled.Set((context, exception, Hub.IsLoopHere));
        ((Action)(() => pool.Apply(() => throw error))).Should().Throw<FormatException>();
        (object? context, Exception reported, bool inHub) = handled.Get();
        reported.Should().BeSameAs(error);
        inHub.Should().BeTrue("gevent: hub.handle_error, on the hub");
        context!.ToString().Should().Contain("native thread");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Worker_ThatAJobHasBentOutOfShape_IsSetRight(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var pool = new NativeThreadPool(1);
        pool.Apply(() =>
        {
            Thread.CurrentThread.IsBackground = false;
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
            Thread.CurrentThread.Interrupt(); // for a wait that this job never makes
        });
        pool.Apply(() => (Thread.CurrentThread.IsBackground, Thread.CurrentThread.Priority)).Should().Be((true, ThreadPriority.Normal));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Default_IsOnePoolForAll_AndCannotBeDisposed(FiberKind kind) => OnHub.Run(kind, () =>
    {
        NativeThreadPool.Default.Should().BeSameAs(NativeThreadPool.Default);
        NativeThreadPool.Default.MaxSize.Should().Be(10, "as gevent's hub.threadpool");
        NativeThreadPool.Default.Dispose();
        NativeThreadPool.Default.Apply(() => 1).Should().Be(1);
    });
}
