using FluentAssertions;
using Patchy.Queues;
using Xunit;

namespace Patchy.Tests.Queues;

/// <summary>The queues whose order is not that of putting.</summary>
public sealed class PriorityAndLifoQueueTests
{
    // What gevent 22.10.2 (heapq) gives for the schedule in Ties_...: items of equal priority, told apart by their number.
    private static readonly int[] s_geventsTies =
    [
        10, 19, 1, 0, 17, 24, 15, 21, 6, 2, 5, 30, 31, 9, 27, 35, 37, 41, 28, 40, 42, 44, 47, 48, 34, 51, 36, 22, 18, 20, 16, 54, 56, 59, 63, 65, 67, 60, 52, 69, 7, 71, 72, 8, 70, 74, 33, 57,
        78, 79, 75, 80, 76, 83, 46, 81, 84, 82, 87, 86, 90, 25, 55, 89, 95, 53, 96, 49, 91, 38, 3, 43, 99, 64, 102, 106, 104, 101, 103, 12, 110, 113, 115, 121, 111, 114, 122, 116, 123, 125,
        127, 128, 68, 117, 119, 32, 112, 120, 85, 92, 105, 23, 109, 11, 108, 107, 98, 58, 61, 77, 14, 50, 88, 93, 124, 118, 13, 100, 4, 73, 62, 26, 29, 45, 39, 66, 97, 94, 126,
    ];

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Priority_Get_GivesTheLowest(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new PriorityQueue<(int, string)>(null, [(3, "c"), (1, "b")]);
        queue.Put((1, "a"));
        queue.Put((2, "x"));
        queue.Peek().Should().Be((1, "a"));
        queue.ToArray().Should().Equal((1, "a"), (1, "b"), (2, "x"), (3, "c"));
        queue.Count.Should().Be(4, "neither took anything out");
        for (int i = 0; i < 3; i++) queue.Get().Item1.Should().Be(Math.Max(1, i));
        queue.Get().Should().Be((3, "c"));
        var descending = new PriorityQueue<int>(null, [1, 3, 2], Comparer<int>.Create((a, b) => b.CompareTo(a)));
        descending.Get().Should().Be(3);
    });

    [Fact]
    public void Priority_Ties_ComeOutInGeventsOrder()
    {
        int seed = 12345;
        int Random(int below)
        {
            seed = unchecked(seed * 1103515245 + 12345) & 0x7fffffff;
            return (seed >> 16) % below;
        }
        int number = 0;
        (int Priority, int Number)[] first = [.. Enumerable.Range(0, 20).Select(_ => (Random(4), number++))];
        var queue = new PriorityQueue<(int Priority, int Number)>(null, first, Comparer<(int Priority, int Number)>.Create((a, b) => a.Priority.CompareTo(b.Priority)));
        var order = new List<int>();
        for (int i = 0; i < 200; i++)
        {
            if (Random(2) != 0 && !queue.IsEmpty) order.Add(queue.Get().Number);
            else queue.Put((Random(4), number++));
        }
        while (!queue.IsEmpty) order.Add(queue.Get().Number);
        order.Should().Equal(s_geventsTies);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Priority_GetterThatWaited_TakesTheLowestThereIsWhenItRuns(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: the getter is only told by put(5) and takes its item when it runs, after put(1).
        var queue = new PriorityQueue<int>();
        var got = new List<int>();
        Greenlet first = Greenlet.Spawn(() => got.Add(queue.Get()));
        Greenlet peeker = Greenlet.Spawn(() => got.Add(100 + queue.Peek()));
        Greenlet second = Greenlet.Spawn(() => got.Add(queue.Get()));
        Greenlet.Yield();
        queue.Put(5);
        queue.Put(1);
        queue.Put(3);
        queue.Put(4);
        queue.Count.Should().Be(2, "two are for those who waited");
        Greenlet.JoinAll(first, peeker, second);
        got.Should().Equal(1, 103, 3);
        queue.ToArray().Should().Equal(4, 5);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Lifo_Get_GivesTheNewest(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new LifoQueue<int>(3, [1, 2]);
        queue.Put(3);
        queue.Peek().Should().Be(3);
        queue.ToArray().Should().Equal(3, 2, 1);
        Greenlet putter = Greenlet.Spawn(() => queue.Put(4));
        Greenlet.Yield();
        queue.Get().Should().Be(3);
        putter.Join();
        new[] { queue.Get(), queue.Get(), queue.Get() }.Should().Equal(4, 2, 1);
        Greenlet<int> getter = Greenlet.Spawn(queue.Get);
        Greenlet.Yield();
        queue.Put(5);
        queue.Put(6);
        getter.Get().Should().Be(6, "gevent: the newest when the getter runs");
        queue.Get().Should().Be(5);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Priority_ComparerThatThrows_LeavesTheQueueAsItWas(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool fails = false;
        var error = new FormatException("cannot compare");
        var queue = new PriorityQueue<int>(3, [2, 1], Comparer<int>.Create((a, b) => fails ? throw error : a.CompareTo(b)));
        fails = true;
        ((Action)(() => queue.Put(0))).Should().Throw<FormatException>().Which.Should().BeSameAs(error);
        fails = false;
        queue.Put(3);
        fails = true;
        ((Action)(() => queue.Get())).Should().Throw<FormatException>();
        fails = false;
        using var quiet = new QuietErrors();
        Greenlet putter = Greenlet.Spawn(() => queue.Put(4)); // full: its item is compared when there is a place
        Greenlet.Yield();
        queue.Get().Should().Be(1);
        putter.Join();
        queue.ToArray().Should().Equal(2, 3, 4);
        queue.UnfinishedTasks.Should().Be(4);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Priority_ComparerThatThrowsForAWaitingPutter_TheExceptionIsThatPuttersOwn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var queue = new PriorityQueue<int>(2, [1, 2], Comparer<int>.Create((a, b) => a == 13 || b == 13 ? throw new FormatException("13") : a.CompareTo(b)));
        using var quiet = new QuietErrors();
        Greenlet unlucky = Greenlet.Spawn(() => queue.Put(13)), next = Greenlet.Spawn(() => queue.Put(14));
        Greenlet.Yield();
        queue.Get().Should().Be(1, "gevent: the getter is not the one to blame");
        Greenlet.JoinAll(unlucky, next);
        unlucky.Exception.Should().BeOfType<FormatException>();
        next.Successful.Should().BeTrue("the place goes to the next one");
        queue.ToArray().Should().Equal(2, 14);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Priority_ComparerThatYields_IsRefusedAndNothingIsStuck(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // A switch there would leave the queue locked for everybody else on this hub.
        bool yields = false;
        var queue = new PriorityQueue<string>(null, ["a", "b"], Comparer<string>.Create((a, b) =>
        {
            if (yields) Greenlet.Yield();
            return string.CompareOrdinal(a, b);
        }));
        yields = true;
        ((Action)(() => queue.Put("c"))).Should().Throw<InvalidOperationException>();
        yields = false;
        int others = 0;
        Greenlet other = Greenlet.Spawn(() => { others += queue.Count; });
        Greenlet.Yield();
        others.Should().Be(2, "and greenlets switch again");
        queue.Get().Should().Be("a");
    });
}
