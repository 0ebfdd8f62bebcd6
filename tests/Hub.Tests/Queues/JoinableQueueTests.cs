using FluentAssertions;
using Patchy.Queues;
using Xunit;

namespace Patchy.Tests.Queues;

/// <summary>Rule Q4: tasks and shutdown.</summary>
public sealed class JoinableQueueTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Q4_Join_OfAFreshQueue_IsTrueAtOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int others = 0;
        Greenlet other = Greenlet.Spawn(() => others++);
        var queue = new JoinableQueue<int>();
        queue.Join();
        queue.Join(TimeSpan.FromSeconds(30)).Should().BeTrue();
        queue.Join(TimeSpan.Zero).Should().BeTrue();
        others.Should().Be(0, "nothing to wait for: no switch");
        other.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q4_Unfinished_IsPutsLessTasksDone_WhateverWasGot(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new JoinableQueue<int>(null, [1, 2]); // gevent: initial items count
        queue.UnfinishedTasks.Should().Be(2);
        queue.Put(3);
        queue.UnfinishedTasks.Should().Be(3);
        for (int i = 0; i < 3; i++) queue.Get();
        queue.UnfinishedTasks.Should().Be(3);
        for (int i = 0; i < 3; i++) queue.TaskDone();
        queue.UnfinishedTasks.Should().Be(0);
        ((Action)queue.TaskDone).Should().Throw<InvalidOperationException>("gevent: ValueError").WithMessage("*more often than items were put*");
        queue.Join(TimeSpan.Zero).Should().BeTrue("the failed call has changed nothing");
        new JoinableQueue<int>(null, [1], unfinishedTasks: 5).UnfinishedTasks.Should().Be(5);
        new PriorityQueue<int>(null, [1, 2], unfinishedTasks: 0).UnfinishedTasks.Should().Be(2, "gevent: 0 is as not given");
        ((Action)(() => _ = new JoinableQueue<int>(unfinishedTasks: -1))).Should().Throw<ArgumentOutOfRangeException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q4_Unfinished_CountsHandedOverAndWaitedForItems(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (JoinableQueue<int> queue in new[] { new JoinableQueue<int>(1), new LifoQueue<int>(1), new PriorityQueue<int>(1) })
        {
            Greenlet getter = Greenlet.Spawn(() => queue.Get());
            Greenlet.Yield();
            queue.Put(1);
            queue.UnfinishedTasks.Should().Be(1, "handed over to the getter");
            getter.Join();
            queue.Put(2);
            Greenlet putter = Greenlet.Spawn(() => queue.Put(3));
            Greenlet.Yield();
            queue.UnfinishedTasks.Should().Be(2, "the third is not in the queue yet");
            queue.Get();
            queue.UnfinishedTasks.Should().Be(3);
            putter.Join();
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q4_Join_WaitsForTheWork_AndOthersRunMeanwhile(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new JoinableQueue<int>();
        int worked = 0;
        Greenlet[] workers = [.. Enumerable.Range(0, 3).Select(_ => Greenlet.Spawn(() =>
        {
            foreach (int item in queue)
            {
                Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
                worked++;
                queue.TaskDone();
            }
        }))];
        for (int i = 0; i < 20; i++) queue.Put(i);
        queue.Join(TimeSpan.FromTicks(1)).Should().BeFalse();
        queue.Join();
        worked.Should().Be(20);
        queue.Shutdown();
        Greenlet.JoinAll(workers);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q4_Join_CountWasZeroWhileItWaited_IsTrueEvenIfMoreWasPut(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: join waits for an Event, which counts when it was set at any time meanwhile (L2).
        var queue = new JoinableQueue<int>(null, [1]);
        bool? joined = null;
        Greenlet joiner = Greenlet.Spawn(() => joined = queue.Join(TimeSpan.FromSeconds(30)));
        Greenlet.Yield();
        queue.TaskDone();
        queue.Put(2);
        joined.Should().BeNull("TaskDone does not switch");
        joiner.Join();
        joined.Should().BeTrue();
        queue.UnfinishedTasks.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q4_Join_KilledOrTimedOut_LeavesNothingBehind(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new JoinableQueue<int>(null, [1]);
        Greenlet killed = Greenlet.Spawn(queue.Join);
        Greenlet.Yield();
        killed.Kill();
        GreenletTimeout timeout = GreenletTimeout.Start(Till.Soon);
        ((Action)(() => queue.Join(timeout))).Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(timeout);
        Native native = Native.Start(queue.Join);
        Till.True(() => native.IsBlocked);
        native.Interrupt();
        ((Action)native.Finish).Should().Throw<ThreadInterruptedException>();
        queue.TaskDone();
        queue.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q4_Join_OnANativeThread_BlocksIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new JoinableQueue<int>(null, [1]);
        bool joined = false;
        Native native = Native.Start(() =>
        {
            queue.Join();
            joined = true;
            Hub.IsHubThread().Should().BeFalse("no hub is made for it");
        });
        Till.True(() => native.IsBlocked);
        joined.Should().BeFalse();
        Native.Run(queue.TaskDone);
        native.Finish();
        joined.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q4_Shutdown_PutsThrow_GetsDrainFirst(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (QueueBase<int> queue in new QueueBase<int>[] { new SimpleQueue<int>(3, [1, 2]), new JoinableQueue<int>(3, [1, 2]), new PriorityQueue<int>(3, [2, 1]) })
        {
            queue.Shutdown();
            queue.IsShutDown.Should().BeTrue();
            ((Action)(() => queue.Put(3))).Should().Throw<QueueShutDownException>().WithMessage("*has been shut down*");
            ((Action)(() => queue.TryPut(3))).Should().Throw<QueueShutDownException>();
            ((Action)(() => queue.Put(3, Till.Soon))).Should().Throw<QueueShutDownException>();
            queue.Get().Should().Be(1);
            queue.TryGet(out int item).Should().BeTrue();
            item.Should().Be(2);
            ((Action)(() => queue.Get())).Should().Throw<QueueShutDownException>("gevent: only once the queue is empty");
            ((Action)(() => queue.TryGet(out _))).Should().Throw<QueueShutDownException>("a false would be asked for again and again");
            ((Action)(() => queue.Get(Till.Soon))).Should().Throw<QueueShutDownException>();
            queue.Shutdown();
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q4_Shutdown_WakesAllThatWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (SimpleQueue<int> queue in new[] { new SimpleQueue<int>(1), new JoinableQueue<int>(1), new LifoQueue<int>(1), new PriorityQueue<int>(1) })
        {
            int ended = 0;
            Greenlet[] getters = [.. new Action[] { () => queue.Get(), () => queue.Peek(), () => queue.TryGet(out _, TimeSpan.FromSeconds(30)) }.Select(get => Greenlet.Spawn(() =>
            {
                try { get(); }
                catch (QueueShutDownException) { ended++; }
            }))];
            Greenlet.Yield();
            queue.Shutdown();
            Greenlet.JoinAll(getters);
            ended.Should().Be(3);

            var full = (SimpleQueue<int>)Activator.CreateInstance(queue.GetType(), [1, new[] { 1 }, .. Enumerable.Repeat<object?>(null, queue.GetType().GetConstructors()[0].GetParameters().Length - 2)])!;
            Greenlet putter = Greenlet.Spawn(() =>
            {
                try { full.Put(2); }
                catch (QueueShutDownException) { ended++; }
            });
            Greenlet.Yield();
            full.Shutdown();
            putter.Join();
            ended.Should().Be(4);
            full.ToArray().Should().Equal([1], "the item of a putter that was sent away is not in the queue");
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q4_ShutdownImmediate_DropsTheItemsAndMarksThemDone(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (JoinableQueue<int> queue in new[] { new JoinableQueue<int>(null, [1, 2, 3]), new LifoQueue<int>(null, [1, 2, 3]), new PriorityQueue<int>(null, [1, 2, 3]) })
        {
            queue.Get();
            Greenlet joiner = Greenlet.Spawn(queue.Join);
            Greenlet.Yield();
            queue.Shutdown(immediate: true);
            queue.Count.Should().Be(0);
            queue.UnfinishedTasks.Should().Be(1, "the item that somebody works on is not done by that");
            ((Action)(() => queue.Get())).Should().Throw<QueueShutDownException>();
            joiner.Dead.Should().BeFalse();
            queue.TaskDone();
            joiner.Join();
        }
        var all = new JoinableQueue<int>(null, [1]);
        Greenlet waits = Greenlet.Spawn(all.Join);
        Greenlet.Yield();
        all.Shutdown(immediate: true);
        waits.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q4_ShutdownImmediate_ItemOfAGetterThatWasWoken_StaysItsOwn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (JoinableQueue<int> queue in new[] { new JoinableQueue<int>(), new LifoQueue<int>(), new PriorityQueue<int>() })
        {
            Greenlet<int> getter = Greenlet.Spawn(queue.Get);
            Greenlet.Yield();
            queue.Put(1);
            queue.Put(2);
            queue.Shutdown(immediate: true);
            getter.Get().Should().Be(queue is LifoQueue<int> ? 2 : 1);
            queue.Count.Should().Be(0);
            queue.UnfinishedTasks.Should().Be(1);
        }
    });
}
