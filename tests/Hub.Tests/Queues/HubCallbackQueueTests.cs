using FluentAssertions;
using Patchy.Queues;
using Xunit;

namespace Patchy.Tests.Queues;

/// <summary>Rules Q2 and S7: queues in callbacks of the hub.</summary>
public sealed class HubCallbackQueueTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    private static void InHub(Action body)
    {
        Exception? error = null;
        bool ran = false;
        Hub.Current.RunCallback(() =>
        {
            try { body(); }
            catch (Exception exception) { error = exception; }
            ran = true;
        });
        Till.True(() => ran);
        if (error is not null) throw error;
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Q2_PutAndGetThatNeedNotWait_WorkInTheHub(FiberKind kind) => OnHub.Run(kind, () => InHub(() =>
    {
        foreach (QueueBase<int> queue in new QueueBase<int>[] { new SimpleQueue<int>(2), new JoinableQueue<int>(2), new LifoQueue<int>(2), new PriorityQueue<int>(2) })
        {
            queue.Put(1);
            queue.Put(1, TimeSpan.FromSeconds(30));
            queue.Get().Should().Be(1);
            queue.Get(TimeSpan.FromSeconds(30)).Should().Be(1);
        }
    }));

    [Theory, MemberData(nameof(Kinds))]
    public void Q2_GetOnEmptyAndPutOnFull_ThrowAtOnce(FiberKind kind) => OnHub.Run(kind, () => InHub(() =>
    {
        var queue = new SimpleQueue<int>(1);
        ((Action)(() => queue.Get())).Should().Throw<QueueEmptyException>().WithMessage("*in a callback of the hub nothing can wait*");
        ((Action)(() => queue.Get(TimeSpan.FromSeconds(30)))).Should().Throw<QueueEmptyException>("gevent: Empty, not BlockingSwitchOutError");
        ((Action)(() => queue.Peek())).Should().Throw<QueueEmptyException>();
        ((Action)(() => { foreach (int _ in queue) { } })).Should().Throw<QueueEmptyException>();
        queue.Put(1);
        ((Action)(() => queue.Put(2))).Should().Throw<QueueFullException>().WithMessage("*in a callback of the hub nothing can wait*");
        queue.TryPut(2, TimeSpan.FromSeconds(30)).Should().BeFalse();
        var channel = new Channel<int>();
        ((Action)(() => channel.Put(1))).Should().Throw<QueueFullException>();
        ((Action)(() => channel.Get())).Should().Throw<QueueEmptyException>();
        queue.Shutdown(immediate: true);
        ((Action)(() => queue.Get())).Should().Throw<QueueShutDownException>();
    }));

    [Theory, MemberData(nameof(Kinds))]
    public void Q2_GetPullsFromAParkedPutter_PutHandsOverToAParkedGetter(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (QueueBase<int> queue in new QueueBase<int>[] { new SimpleQueue<int>(1), new LifoQueue<int>(1), new PriorityQueue<int>(1), new Channel<int>() })
        {
            Greenlet<int> getter = Greenlet.Spawn(queue.Get);
            Greenlet.Yield();
            InHub(() => queue.Put(1));
            getter.Get().Should().Be(1);
            Greenlet[] putters = [.. Enumerable.Range(2, 2).Select(i => Greenlet.Spawn(() => queue.Put(i)))];
            Greenlet.Yield();
            var got = new List<int>();
            InHub(() => { got.Add(queue.Get()); got.Add(queue.Get()); });
            got.Should().Equal([2, 3], "the parked putter's item comes in as soon as there is a place");
            Greenlet.JoinAll(putters);
            queue.IsEmpty.Should().BeTrue();
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S7_JoinInTheHub_WithTasksLeft_IsABlockingSwitch(FiberKind kind) => OnHub.Run(kind, () => InHub(() =>
    {
        var queue = new JoinableQueue<int>();
        queue.Join();
        queue.Put(1);
        ((Action)queue.Join).Should().Throw<BlockingSwitchOutException>();
        queue.Join(TimeSpan.Zero).Should().BeFalse("that need not wait");
    }));
}
