using FluentAssertions;
using Patchy.Queues;
using Xunit;

namespace Patchy.Tests.Queues;

/// <summary>Rules Q1 and Q3, and what all queues have in common.</summary>
public sealed class SimpleQueueTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Q1_MaxSize_NullZeroAndNegative_AreUnbounded(FiberKind kind) => OnHub.Run(kind, () =>
    {
        foreach (int? size in new int?[] { null, 0, -1, int.MinValue })
        {
            var queue = new SimpleQueue<int>(size); // gevent: Queue(None), Queue(0), Queue(-1)
            for (int i = 0; i < 100; i++) queue.Put(i);
            queue.MaxSize.Should().BeNull();
            queue.IsFull.Should().BeFalse();
            queue.Count.Should().Be(100);
            queue.ToArray().Should().Equal(Enumerable.Range(0, 100));
            for (int i = 0; i < 100; i++) queue.Get().Should().Be(i);
            queue.IsEmpty.Should().BeTrue();
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q1_PutWithRoomAndGetWithItems_DoNotSwitch(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int others = 0;
        Greenlet other = Greenlet.Spawn(() => others++);
        var queue = new SimpleQueue<string>(3, ["a"]);
        queue.Put("b");
        queue.Put("c", TimeSpan.FromSeconds(1));
        queue.IsFull.Should().BeTrue();
        queue.TryPut("d").Should().BeFalse();
        queue.TryPut("d", TimeSpan.Zero).Should().BeFalse("zero does not wait");
        queue.Peek().Should().Be("a");
        queue.Get().Should().Be("a");
        queue.Get(TimeSpan.FromSeconds(1)).Should().Be("b");
        queue.TryGet(out string? last).Should().BeTrue();
        last.Should().Be("c");
        queue.TryGet(out _, TimeSpan.Zero).Should().BeFalse();
        others.Should().Be(0, "gevent: none of these goes to the hub");
        other.Join();
        others.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q1_Put_WithAGetterThatWaits_DoesNotSwitch(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new SimpleQueue<int>();
        var order = new List<string>();
        Greenlet getter = Greenlet.Spawn(() => order.Add($"got {queue.Get()}"));
        Greenlet.Yield();
        queue.Put(1);
        order.Add("put");
        queue.Count.Should().Be(0, "the item belongs to the getter already");
        queue.TryGet(out _).Should().BeFalse("nobody can take it from the getter");
        getter.Join();
        order.Should().Equal("put", "got 1");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q1_BlockedGetters_AreServedInTheOrderInWhichTheyBlocked(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new SimpleQueue<int>();
        var got = new List<(int Getter, int Item)>();
        Greenlet[] getters = [.. Enumerable.Range(0, 5).Select(i => Greenlet.Spawn(() => got.Add((i, queue.Get()))))];
        Greenlet.Yield();
        for (int i = 0; i < 5; i++) queue.Put(i);
        Greenlet.JoinAll(getters);
        got.Should().Equal((0, 0), (1, 1), (2, 2), (3, 3), (4, 4));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q1_BlockedPutters_GetTheirItemsInInTheOrderInWhichTheyBlocked(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new SimpleQueue<int>(1);
        int done = 0;
        Greenlet[] putters = [.. Enumerable.Range(0, 5).Select(i => Greenlet.Spawn(() => { queue.Put(i); done++; }))];
        Greenlet.Yield();
        done.Should().Be(1);
        queue.Count.Should().Be(1);
        for (int i = 0; i < 5; i++) queue.Get().Should().Be(i, "gevent: putters are woken in the order in which they arrived");
        Greenlet.JoinAll(putters);
        done.Should().Be(5);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q1_ProducerAndConsumer_OfASmallQueue_RunInTurn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new SimpleQueue<int>(2);
        int most = 0;
        Greenlet producer = Greenlet.Spawn(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                queue.Put(i);
                most = Math.Max(most, queue.Count);
            }
        });
        for (int i = 0; i < 1000; i++) queue.Get().Should().Be(i);
        producer.Join();
        most.Should().Be(2, "it ran ahead as far as the queue let it");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q1_MaxSizeRaised_LetsBlockedPuttersGoOn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new SimpleQueue<int>(1, [0]);
        Greenlet[] putters = [.. Enumerable.Range(1, 3).Select(i => Greenlet.Spawn(() => queue.Put(i)))];
        Greenlet.Yield();
        queue.MaxSize = 3;
        queue.ToArray().Should().Equal(0, 1, 2);
        Till.Settled();
        putters.Select(p => p.Dead).Should().Equal(true, true, false);
        queue.MaxSize = 0;
        queue.MaxSize.Should().BeNull();
        putters[2].Join();
        queue.ToArray().Should().Equal(0, 1, 2, 3);
        queue.MaxSize = 2;
        queue.IsFull.Should().BeTrue("it holds more than it may now");
        queue.TryPut(9).Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q3_NegativeTimeout_IsRefusedInAnyState(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: ValueError. There it depends on the state whether it is looked at; here it does not.
        var queue = new SimpleQueue<int>(1);
        TimeSpan negative = TimeSpan.FromMilliseconds(-2);
        foreach (bool full in new[] { false, true })
        {
            if (full) queue.Put(1);
            ((Action)(() => queue.Put(2, negative))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("timeout");
            ((Action)(() => queue.TryPut(2, negative))).Should().Throw<ArgumentOutOfRangeException>();
            ((Action)(() => queue.Get(negative))).Should().Throw<ArgumentOutOfRangeException>();
            ((Action)(() => queue.TryGet(out _, negative))).Should().Throw<ArgumentOutOfRangeException>();
            ((Action)(() => queue.Peek(negative))).Should().Throw<ArgumentOutOfRangeException>();
            ((Action)(() => queue.TryPeek(out _, negative))).Should().Throw<ArgumentOutOfRangeException>();
        }
        queue.Get(Timeout.InfiniteTimeSpan).Should().Be(1, "the infinite one is no negative time");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q3_GetterThatTimedOut_TakesNoLaterItem(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new SimpleQueue<int>();
        int others = 0;
        Greenlet other = Greenlet.Spawn(() => others++);
        for (TimeSpan time = Till.Soon; others == 0 && time < TimeSpan.FromSeconds(30); time *= 4) // on a slow machine a short time has passed before the wait: then nobody runs
            ((Action)(() => queue.Get(time))).Should().Throw<QueueEmptyException>().WithMessage("*had no item within*");
        others.Should().Be(1, "others run while it waits");
        queue.TryGet(out _, Till.Soon).Should().BeFalse();
        queue.TryPeek(out _, Till.Soon).Should().BeFalse();
        queue.Put(1);
        queue.Count.Should().Be(1, "gevent: the item is in the queue, not with one who has left");
        queue.Get().Should().Be(1);
        other.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q3_PutterThatTimedOut_LeavesNoItem(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new SimpleQueue<int>(1, [1]);
        ((Action)(() => queue.Put(2, Till.Soon))).Should().Throw<QueueFullException>().WithMessage("*no place for the item within*");
        queue.TryPut(3, Till.Soon).Should().BeFalse();
        ((Action)(() => queue.PutNoWait(4))).Should().Throw<QueueFullException>().WithMessage("*no place for the item now*");
        queue.Get().Should().Be(1);
        queue.IsEmpty.Should().BeTrue();
        ((Action)(() => queue.GetNoWait())).Should().Throw<QueueEmptyException>();
        ((Action)(() => queue.PeekNoWait())).Should().Throw<QueueEmptyException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T5_ATimeoutOfTheCallers_IsRaisedItself(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: get(timeout=a Timeout) raises that Timeout, not Empty, and cancels it at the end.
        var queue = new SimpleQueue<int>(1);
        GreenletTimeout timeout = GreenletTimeout.Start(Till.Soon);
        ((Action)(() => queue.Get(timeout))).Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(timeout);
        queue.Put(1);
        timeout = GreenletTimeout.Start(Till.Soon);
        ((Action)(() => queue.Put(2, timeout))).Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(timeout);
        timeout = new GreenletTimeout(TimeSpan.FromSeconds(30));
        queue.Get(timeout).Should().Be(1);
        timeout.Pending.Should().BeFalse("it is cancelled");
        timeout.Start(); // and may be used again
        timeout.Cancel();
        timeout = new GreenletTimeout(Till.Soon);
        ((Action)(() => queue.Get(timeout))).Should().Throw<GreenletTimeout>("one that does not run is started").Which.Should().BeSameAs(timeout);
        queue.IsEmpty.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Peek_Blocked_SeesTheItemAndLeavesItToTheNext(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new SimpleQueue<string>();
        var log = new List<string>();
        Greenlet[] all =
        [
            Greenlet.Spawn(() => log.Add($"1 sees {queue.Peek()}")),
            Greenlet.Spawn(() => log.Add($"2 gets {queue.Get()}")),
            Greenlet.Spawn(() => log.Add($"3 sees {queue.Peek()}")),
            Greenlet.Spawn(() => log.Add($"4 gets {queue.Get()}")),
        ];
        Greenlet.Yield();
        queue.Put("a");
        Till.Settled();
        log.Should().Equal("1 sees a", "2 gets a");
        queue.Put("b");
        Greenlet.JoinAll(all);
        log.Should().Equal("1 sees a", "2 gets a", "3 sees b", "4 gets b"); // gevent's order
        queue.Count.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Peek_OnlyPeekersWait_TheItemStays(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new SimpleQueue<int>();
        Greenlet<int>[] peekers = [.. Enumerable.Range(0, 3).Select(_ => Greenlet.Spawn(queue.Peek))];
        Greenlet.Yield();
        queue.Put(7);
        queue.Count.Should().Be(1);
        Greenlet.JoinAll(peekers);
        peekers.Select(p => p.Value).Should().Equal(7, 7, 7);
        queue.Get().Should().Be(7);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void ForEach_TakesTheItemsOutUntilShutdown(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: for item in queue gets until the item StopIteration; here Shutdown ends it.
        var queue = new SimpleQueue<int>(null, [1, 2]);
        var first = new List<int>();
        var second = new List<int>();
        Greenlet[] loops =
        [
            Greenlet.Spawn(() => { foreach (int item in queue) { first.Add(item); Greenlet.Yield(); } }),
            Greenlet.Spawn(() => { foreach (int item in queue.GetConsumingEnumerable()) { second.Add(item); Greenlet.Yield(); } }),
        ];
        Till.Settled();
        loops.Should().OnlyContain(l => !l.Dead);
        for (int i = 3; i < 9; i++) queue.Put(i);
        queue.Shutdown();
        Greenlet.JoinAll(loops);
        first.Concat(second).Order().Should().Equal(Enumerable.Range(1, 8));
        first.Should().BeInAscendingOrder().And.HaveCountGreaterThan(1);
        second.Should().BeInAscendingOrder().And.HaveCountGreaterThan(1, "both share the items");
        loops.Should().OnlyContain(l => l.Successful);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void ToString_TellsWhatAHungProgramNeeds(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new SimpleQueue<int>(2);
        Greenlet getter = Greenlet.Spawn(() => queue.Get());
        Greenlet.Yield();
        queue.ToString().Should().Be("SimpleQueue<Int32>(0 of 2 items, 1 waiting to get)");
        HubDump.Text().Should().Contain("SimpleQueue<Int32>");
        getter.Kill();
        for (int i = 0; i < 2; i++) queue.Put(i);
        Greenlet putter = Greenlet.Spawn(() => queue.Put(3));
        Greenlet.Yield();
        queue.ToString().Should().Be("SimpleQueue<Int32>(2 of 2 items, 1 waiting to put)");
        putter.Kill();
        queue.Shutdown();
        queue.ToString().Should().Be("SimpleQueue<Int32>(2 of 2 items, shut down)");
    });

    [Fact]
    public void Names_WithImplicitUsings_ClashWithNothing()
    {
        // This file has System.Collections.Generic in its usings, implicitly, and Patchy.Queues.
        var theirs = new Queue<int>([1]);
        var ours = new JoinableQueue<int>(null, [1]);
        ours.Get().Should().Be(theirs.Dequeue());
        new PriorityQueue<int>(null, [2, 1]).Get().Should().Be(1);
        new PriorityQueue<string, int>([("b", 2), ("a", 1)]).Dequeue().Should().Be("a");
        typeof(SimpleQueue<>).Assembly.GetExportedTypes().Where(t => t.Namespace == "Patchy.Queues").Select(t => t.Name)
            .Should().NotContain("Queue`1", "it would make Queue<T> ambiguous in every file that uses both");
    }
}
