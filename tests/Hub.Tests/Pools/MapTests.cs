using FluentAssertions;
using Patchy.Events;
using Patchy.Pools;
using Xunit;

namespace Patchy.Tests.Pools;

/// <summary>Map, IMap, IMapUnordered and their bounds and errors (rule P2), on a group, a pool and a pool of native threads.</summary>
public sealed class MapTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(10);

    /// <summary>Every kind of fiber with every kind of group.</summary>
    public static TheoryData<FiberKind, string> Cases
    {
        get
        {
            TheoryData<FiberKind, string> all = [];
            foreach (FiberKind kind in TestKinds.All)
                foreach (string name in new[] { nameof(Group), nameof(Pool), nameof(NativeThreadPool) }) all.Add(kind, name);
            return all;
        }
    }

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Cases))]
    public void Map_GivesTheResultsInTheOrderOfTheInput(FiberKind kind, string name) => On(kind, name, group =>
    {
        int ticks = 0;
        Greenlet ticker = Greenlet.Spawn(() => { while (true) { ticks++; Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); } });
        group.Map(Slowly, [3, 1, 2]).Should().Equal(30, 10, 20);
        ticks.Should().BePositive("nobody runs before the caller waits");
        ticker.Kill();
        group.Map(Slowly, Array.Empty<int>()).Should().BeEmpty();
    });

    [Theory, MemberData(nameof(Cases))]
    public void Map_WithErrors_RaisesTheFirstInOrderOnceAllAreStarted(FiberKind kind, string name) => On(kind, name, group =>
    {
        int calls = 0;
        int Odd(int item)
        {
            Interlocked.Increment(ref calls);
            return item % 2 == 1 ? throw new FormatException($"{item}") : item;
        }
        ((Action)(() => group.Map(Odd, [0, 1, 2, 3, 4, 5]))).Should().Throw<FormatException>().WithMessage("1");
        Eventually(() => calls == 6, "gevent: the other calls go on");
        ((Action)(() => group.Map(Odd, Failing()))).Should().Throw<InvalidCastException>("an error of the input comes at once, before any result is looked at");
    });

    [Theory, MemberData(nameof(Cases))]
    public void MapCbAndMapAsync_HandTheListToTheCallback(FiberKind kind, string name) => On(kind, name, group =>
    {
        IReadOnlyList<int>? seen = null;
        group.MapCb(Slowly, [1, 2], list => seen = list).Should().BeSameAs(seen);
        seen = null;
        Greenlet<IReadOnlyList<int>> greenlet = group.MapAsync(Slowly, [2, 1], list => seen = list);
        seen.Should().BeNull("MapAsync returns at once");
        greenlet.Get().Should().Equal(20, 10);
        seen.Should().Equal(20, 10);
    });

    [Theory, MemberData(nameof(Cases))]
    public void P2_IMap_YieldsInTheOrderOfTheInput(FiberKind kind, string name) => On(kind, name, group => group.IMap(Slowly, [3, 1, 2]).Should().Equal(30, 10, 20));

    [Theory, MemberData(nameof(Kinds))]
    public void P2_IMapUnordered_YieldsInTheOrderOfTheEnds(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Event[] gates = [new(), new(), new()];
        IEnumerator<int> results = new Group().IMapUnordered(i => { gates[i].Wait(); return i; }, [0, 1, 2]).GetEnumerator();
        var seen = new List<int>();
        foreach (int i in new[] { 1, 2, 0 })
        {
            gates[i].Set();
            results.MoveNext().Should().BeTrue();
            seen.Add(results.Current);
        }
        results.MoveNext().Should().BeFalse();
        seen.Should().Equal(1, 2, 0);
    });

    [Theory, MemberData(nameof(Cases))]
    public void P2_IMap_AnErrorComesAtItsTurn_AndThatOfTheInputLast(FiberKind kind, string name) => On(kind, name, group =>
    {
        // gevent: [0, ValueError(1), 2, KeyError('input')], and the iteration goes on after each.
        Read(group.IMap(ThrowOnOne, Failing())).Should().Equal("0", "FormatException", "2", "InvalidCastException", "end", "end");
        List<string> unordered = Read(group.IMapUnordered(ThrowOnOne, Failing()));
        unordered[..3].Should().BeEquivalentTo("0", "FormatException", "2");
        unordered[3..].Should().Equal(["InvalidCastException", "end", "end"], "gevent raises this one as soon as it happens, and then waits for ever at the end");
    });

    [Theory, MemberData(nameof(Cases))]
    public void P2_MaxSize_BoundsTheResultsThatWaitForAReader(FiberKind kind, string name) => On(kind, name, group =>
    {
        foreach (int bound in new[] { 1, 2, 3 })
        {
            int calls = 0;
            IEnumerator<int> results = group.IMap(item => { Interlocked.Increment(ref calls); return item; }, Enumerable.Range(0, 10), maxSize: bound).GetEnumerator();
            Eventually(() => calls == bound, "as many begin as there may be unread results");
            Greenlet.Sleep(s_moment);
            calls.Should().Be(bound);
            results.MoveNext().Should().BeTrue();
            Eventually(() => calls == bound + 1, "gevent: maxsize=1 has made two calls after one read");
            Greenlet.Sleep(s_moment);
            calls.Should().Be(bound + 1);
            var rest = new List<int>();
            while (results.MoveNext()) rest.Add(results.Current);
            rest.Should().Equal(Enumerable.Range(1, 9));
        }
    });

    [Theory, MemberData(nameof(Cases))]
    public void P2_MaxSize_AReadThatIsGivenUp_DoesNotRaiseTheBound(FiberKind kind, string name) => On(kind, name, group =>
    {
        int calls = 0;
        var gate = new Event();
        IEnumerator<int> results = group.IMap(item => { Interlocked.Increment(ref calls); gate.Wait(); return item; }, Enumerable.Range(0, 6), maxSize: 1).GetEnumerator();
        for (int i = 0; i < 3; i++)
        {
            ((Action)(() => { using GreenletTimeout timeout = GreenletTimeout.Start(s_moment); results.MoveNext(); })).Should().Throw<GreenletTimeout>();
        }
        calls.Should().BeLessThanOrEqualTo(2, "one, and another one while a reader waited; gevent begins one more for each such read");
        gate.Set();
        var all = new List<int>();
        while (results.MoveNext()) all.Add(results.Current);
        all.Should().Equal(Enumerable.Range(0, 6), "a read that was given up took nothing");
    });

    [Theory, MemberData(nameof(Cases))]
    public void IMap_LeftEarly_BeginsNothingMore(FiberKind kind, string name) => On(kind, name, group =>
    {
        int calls = 0;
        bool inputDisposed = false;
        IEnumerable<int> Input()
        {
            try
            {
                for (int i = 0; ; i++) yield return i;
            }
            finally
            {
                inputDisposed = true;
            }
        }
        group.IMap(item => { Interlocked.Increment(ref calls); return item; }, Input(), maxSize: 2).Take(3).Should().Equal(0, 1, 2);
        Eventually(() => inputDisposed, "the end of the foreach ends the reading of the input");
        calls.Should().BeLessThanOrEqualTo(6);
    });

    [Theory, MemberData(nameof(Cases))]
    public void IMap_ReadByTwoGreenlets_GivesEachResultOnce(FiberKind kind, string name) => On(kind, name, group =>
    {
        IEnumerable<int> results = group.IMap(item => item, Enumerable.Range(0, 100));
        var seen = new List<int>();
        Greenlet[] readers = [.. Enumerable.Range(0, 2).Select(_ => Greenlet.Spawn(() =>
        {
            foreach (int result in results)
            {
                seen.Add(result);
                Greenlet.Yield();
            }
        }))];
        Greenlet.JoinAll(readers);
        seen.Should().BeEquivalentTo(Enumerable.Range(0, 100));
    });

    [Theory, MemberData(nameof(Cases))]
    public void Map_WhoseCallerIsInterrupted_GoesOn(FiberKind kind, string name) => On(kind, name, group =>
    {
        int calls = 0;
        var gate = new Event();
        try
        {
            ((Action)(() =>
            {
                using GreenletTimeout timeout = GreenletTimeout.Start(s_moment);
                group.Map(item => { gate.Wait(); return Interlocked.Increment(ref calls); }, Enumerable.Range(0, 4));
            })).Should().Throw<GreenletTimeout>();
        }
        finally
        {
            gate.Set(); // a pool waits for its threads
        }
        Eventually(() => calls == 4, "gevent: the map is another greenlet's work");
    });

    [Theory, MemberData(nameof(Cases))]
    public void IMap_WrongUse_IsRefused(FiberKind kind, string name) => On(kind, name, group =>
    {
        ((Action)(() => group.IMap(Slowly, [1], maxSize: -1))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => group.IMap<int, int>(null!, [1]))).Should().Throw<ArgumentNullException>();
        ((Action)(() => group.Map(Slowly, (IEnumerable<int>)null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => group.IMap(Slowly, [1]).GetEnumerator().Reset())).Should().Throw<NotSupportedException>();
    });

    [Fact]
    public void NativeThreadPool_MapsOfANativeThread_NeedNoHub()
    {
        using var pool = new NativeThreadPool(2);
        IReadOnlyList<int>? list = null;
        List<string>? read = null;
        bool madeAHub = true;
        var thread = new Thread(() =>
        {
            list = pool.Map(Slowly, [2, 1]);
            read = Read(pool.IMap(Slowly, [2, 1], maxSize: 1));
            madeAHub = Hub.CurrentOrNull is not null;
        });
        thread.StartNatively();
        thread.Join();
        list.Should().Equal(20, 10);
        read.Should().Equal("20", "10", "end", "end");
        madeAHub.Should().BeFalse();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void NativeThreadPool_MapsInsideAWorker_AreDoneInPlace(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        using var pool = new NativeThreadPool(1);
        int worker = 0;
        List<int> threads = [];
        pool.Apply(() =>
        {
            worker = Environment.CurrentManagedThreadId;
            threads.AddRange(pool.Map(_ => Environment.CurrentManagedThreadId, [1, 2]));
            threads.AddRange(pool.IMapUnordered(_ => Environment.CurrentManagedThreadId, [1, 2]));
            Read(pool.IMap(ThrowOnOne, Failing())).Should().Equal("0", "FormatException", "2", "InvalidCastException", "end", "end");
        });
        threads.Should().HaveCount(4).And.OnlyContain(id => id == worker, "to wait for the only worker there would be to wait for oneself");
    });

    internal static List<string> Read<T>(IEnumerable<T> results)
    {
        var seen = new List<string>();
        IEnumerator<T> reader = results.GetEnumerator();
        for (int ends = 0; ends < 2;)
        {
            try
            {
                bool more = reader.MoveNext();
                seen.Add(more ? $"{reader.Current}" : "end");
                if (!more) ends++;
            }
            catch (Exception exception) when (exception is FormatException or InvalidCastException)
            {
                seen.Add(exception.GetType().Name);
            }
        }
        return seen;
    }

    private static int ThrowOnOne(int item) => item == 1 ? throw new FormatException() : item;

    private static IEnumerable<int> Failing()
    {
        yield return 0;
        yield return 1;
        yield return 2;
        throw new InvalidCastException("of the input");
    }

    private static int Slowly(int item)
    {
        Block(5 * item);
        return 10 * item;
    }

    private static void Block(int milliseconds)
    {
        if (Greenlet.Running is null) Thread.Sleep(milliseconds);
        else Greenlet.Sleep(TimeSpan.FromMilliseconds(milliseconds));
    }

    private static void Eventually(Func<bool> condition, string because)
    {
        for (int i = 0; i < 2000 && !condition(); i++) Greenlet.Sleep(TimeSpan.FromMilliseconds(2));
        condition().Should().BeTrue(because);
    }

    private static void On(FiberKind kind, string name, Action<GroupMapping> body) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        if (name == nameof(Group)) body(new Group());
        if (name == nameof(Pool)) body(new Pool(4));
        if (name != nameof(NativeThreadPool)) return;
        using var pool = new NativeThreadPool(4);
        body(pool);
    });
}
