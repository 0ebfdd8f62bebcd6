using FluentAssertions;
using Patchy.Pools;
using Xunit;

namespace Patchy.Tests.Pools;

/// <summary>The executor: futures for greenlets and for async code.</summary>
public sealed class NativeThreadExecutorTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Submit_GivesAFutureThatGreenletsWaitFor(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var handedIn = new ManualResetEventSlim();
        using var executor = new NativeThreadExecutor(2);
        int ticks = 0;
        Greenlet ticker = Greenlet.Spawn(() => { while (true) { ticks++; Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); } });
        NativeFuture<int>[] futures = [.. Enumerable.Range(0, 6).Select(i => executor.Submit(() => { handedIn.Wait(); return i; }))];
        futures[^1].Ready.Should().BeFalse("handing work in never waits; gevent's waits for room");
        Greenlet opener = Greenlet.Spawn(() => { while (ticks <= 1) Greenlet.Yield(); handedIn.Set(); });
        futures.Select(future => future.Get()).Should().Equal(0, 1, 2, 3, 4, 5);
        ticks.Should().BeGreaterThan(1);
        Greenlet.JoinAll(opener);
        ticker.Kill();
        bool called = false;
        futures[0].RawLink(future => called = future == futures[0]);
        Greenlet.Yield();
        called.Should().BeTrue("it is linkable, as gevent's future is");
        Action<ILinkable> unwanted = _ => throw new InvalidOperationException();
        using var gate = new ManualResetEventSlim();
        NativeFuture<bool> last = executor.Submit(gate.Wait);
        last.RawLink(unwanted);
        last.Unlink(unwanted);
        gate.Set();
        last.Get().Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Get_RaisesTheErrorOrTheTimeout(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var executor = new NativeThreadExecutor(1);
        var error = new FormatException();
        NativeFuture<int> bad = executor.Submit<int>(() => throw error);
        ((Action)(() => bad.Get())).Should().Throw<FormatException>().Which.Should().BeSameAs(error);
        using var gate = new ManualResetEventSlim();
        NativeFuture<bool> slow = executor.Submit(gate.Wait);
        ((Action)(() => slow.Get(TimeSpan.FromMilliseconds(10)))).Should().Throw<GreenletTimeout>();
        ((Action)(() => slow.Get(TimeSpan.FromSeconds(-2)))).Should().Throw<ArgumentOutOfRangeException>();
        using var cancel = new CancellationTokenSource();
        NativeFuture<int> cancelled = executor.Submit(() => 1, cancel.Token);
        cancel.Cancel();
        ((Action)(() => cancelled.Get())).Should().Throw<OperationCanceledException>("it has not begun");
        executor.Submit(() => 1, cancel.Token).IsCanceled.Should().BeTrue();
        gate.Set();
        slow.Get(TimeSpan.FromSeconds(30)).Should().BeTrue();
    });

    [Fact]
    public async Task Submit_IsATask_ForAsyncCodeAndNativeThreads()
    {
        using var executor = new NativeThreadExecutor(2);
        (await executor.Submit(() => 5)).Should().Be(5);
        int[] all = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => executor.Submit(() => i)));
        all.Should().Equal(Enumerable.Range(0, 20));
        executor.Submit(() => 6).Get().Should().Be(6, "a thread without a hub waits natively");
        executor.Map(i => i * i, [1, 2, 3]).Should().Equal(1, 4, 9);
    }

    [Fact]
    public async Task Scheduler_RunsTasksAndParallelLoops_OnItsThreadsOnly()
    {
        using var executor = new NativeThreadExecutor(2);
        executor.MaximumConcurrencyLevel.Should().Be(2);
        int running = 0, most = 0;
        Task[] tasks = [.. Enumerable.Range(0, 10).Select(_ => Task.Factory.StartNew(
            () =>
            {
                int now = Interlocked.Increment(ref running);
                lock (executor) most = Math.Max(most, now);
                Thread.Sleep(2);
                Interlocked.Decrement(ref running);
            }, CancellationToken.None, TaskCreationOptions.None, executor))];
        await Task.WhenAll(tasks);
        most.Should().BeInRange(1, 2);
        bool pooled = await Task.Factory.StartNew(() => Thread.CurrentThread.IsThreadPoolThread, CancellationToken.None, TaskCreationOptions.None, executor);
        pooled.Should().BeFalse();
    }

    [Fact]
    public async Task Wait_InsideAWorkerForQueuedWork_RunsItInPlace()
    {
        using var executor = new NativeThreadExecutor(1);
        int inner = await executor.Submit(() =>
        {
            NativeFuture<int> queued = executor.Submit(() => 7);
#pragma warning disable xUnit1031 // to block is what is tested
            return queued.Result;
#pragma warning restore xUnit1031
        });
        inner.Should().Be(7, "the only worker would wait for itself otherwise");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Shutdown_DoesWhatWasHandedIn_ThenRefuses(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var executor = new NativeThreadExecutor(1);
        int done = 0;
        for (int i = 0; i < 5; i++) executor.Submit(() => { Thread.Sleep(5); done++; });
        executor.Shutdown();
        done.Should().Be(5);
        ((Action)(() => executor.Submit(() => 1))).Should().Throw<ObjectDisposedException>("gevent: cannot schedule new futures after shutdown");
        var hurried = new NativeThreadExecutor(1);
        using var gate = new ManualResetEventSlim();
        NativeFuture<bool> last = hurried.Submit(gate.Wait);
        hurried.Shutdown(wait: false);
        last.Ready.Should().BeFalse();
        gate.Set();
        last.Get().Should().BeTrue();
        hurried.Dispose();
        ((Action)(() => _ = new NativeThreadExecutor(0))).Should().Throw<ArgumentOutOfRangeException>();
    });
}
