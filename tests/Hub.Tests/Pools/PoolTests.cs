using FluentAssertions;
using Patchy.Events;
using Patchy.Pools;
using Xunit;

namespace Patchy.Tests.Pools;

/// <summary>Pool: the bound (rule P1).</summary>
public sealed class PoolTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(10);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void P1_Spawn_WhenFull_WaitsForAPlace(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var pool = new Pool(2);
        int running = 0, most = 0;
        bool otherRan = false;
        for (int i = 0; i < 6; i++)
        {
            pool.Spawn(() =>
            {
                most = Math.Max(most, ++running);
                Greenlet.Sleep(s_moment);
                running--;
            });
            if (i == 1) Greenlet.Spawn(() => otherRan = true);
            if (i == 2) otherRan.Should().BeTrue("the third Spawn has waited, and the others ran meanwhile");
        }
        pool.Join();
        most.Should().Be(2);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void P1_FreeCount_IsRightAgainWhenAJoinerRuns(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: the place is freed by a raw link, one callback after the end. Who has joined sees it free.
        var pool = new Pool(1);
        pool.FreeCount.Should().Be(1);
        Greenlet greenlet = pool.Spawn(() => Greenlet.Yield());
        pool.FreeCount.Should().Be(0);
        pool.Full.Should().BeTrue();
        int freeAtTheEnd = -1, freeSoon = -1;
        Greenlet witness = Greenlet.Spawn(() =>
        {
            while (!greenlet.Dead) Greenlet.Yield();
            freeAtTheEnd = pool.FreeCount;
            Greenlet.Yield();
            freeSoon = pool.FreeCount;
        });
        greenlet.Join();
        pool.FreeCount.Should().Be(1);
        pool.Full.Should().BeFalse();
        witness.Join();
        freeAtTheEnd.Should().Be(0, "the witness was ready before the end: it runs before the callback");
        freeSoon.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void P1_Count_SeenByThoseThatRunInTheSamePass_IsGevents(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent 22.10: Pool(2).map over three items sees 2, 2, 1; Group().map sees 3, 3, 3.
        var pool = new Pool(2);
        pool.Map(_ => pool.Count, Enumerable.Range(0, 3)).Should().Equal(2, 2, 1);
        var group = new Group();
        group.Map(_ => group.Count, Enumerable.Range(0, 3)).Should().Equal(3, 3, 3);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void P1_Add_WithoutWaitingOrInTime_ThrowsPoolFull(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var pool = new Pool(1);
        var gate = new Event();
        Greenlet first = pool.Spawn(() => gate.Wait());
        var second = new Greenlet(() => { });
        ((Action)(() => pool.Add(second, TimeSpan.Zero))).Should().Throw<PoolFullException>();
        ((Action)(() => pool.Start(second, s_moment))).Should().Throw<PoolFullException>();
        ((Action)(() => { using GreenletTimeout own = GreenletTimeout.Start(s_moment); pool.Start(second, own); })).Should().Throw<PoolFullException>();
        ((Action)(() => pool.Add(second, TimeSpan.FromSeconds(-5)))).Should().Throw<ArgumentOutOfRangeException>();
        pool.Should().Equal(first);
        gate.Set();
        pool.Start(second, s_long);
        second.Join(s_long).Should().BeTrue();
        pool.FreeCount.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void P1_SizeZero_NeverAdmits(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var pool = new Pool(0);
        pool.Full.Should().BeTrue();
        pool.FreeCount.Should().Be(0);
        pool.WaitAvailable(s_moment).Should().Be(0);
        ((Action)(() => pool.Add(new Greenlet(() => { }), TimeSpan.Zero))).Should().Throw<PoolFullException>();
        bool ran = false;
        Greenlet spawner = Greenlet.Spawn(() => pool.Spawn(() => ran = true));
        spawner.Join(s_moment).Should().BeFalse("gevent: it waits for ever");
        spawner.Kill();
        ran.Should().BeFalse();
    });

    [Fact]
    public void P1_NegativeSize_IsRefused() => ((Action)(() => _ = new Pool(-1))).Should().Throw<ArgumentOutOfRangeException>("gevent: ValueError");

    [Theory, MemberData(nameof(Kinds))]
    public void NoBound_IsNeverFull(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var pool = new Pool();
        pool.Size.Should().BeNull();
        for (int i = 0; i < 100; i++) pool.Spawn(() => Greenlet.Yield());
        pool.Full.Should().BeFalse();
        pool.FreeCount.Should().BePositive();
        pool.WaitAvailable().Should().BePositive();
        pool.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void WaitAvailable_WaitsForAPlaceAndTakesNone(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var pool = new Pool(2);
        pool.WaitAvailable().Should().Be(2, "gevent: the number of free places");
        var gate = new Event();
        for (int i = 0; i < 2; i++) pool.Spawn(() => gate.Wait());
        pool.WaitAvailable(s_moment).Should().Be(0);
        Greenlet<int> waiter = Greenlet.Spawn(() => pool.WaitAvailable());
        Greenlet.Yield();
        waiter.Dead.Should().BeFalse();
        gate.Set();
        waiter.Get().Should().BePositive();
        pool.Join();
        pool.FreeCount.Should().Be(2);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Spawn_OfSeveralThatWait_KeepsTheirOrder(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var pool = new Pool(1);
        var order = new List<int>();
        pool.Spawn(() => Greenlet.Sleep(s_moment));
        Greenlet[] spawners = [.. Enumerable.Range(0, 5).Select(i => Greenlet.Spawn(() => { pool.Spawn(() => { order.Add(i); Greenlet.Yield(); }); }))];
        Greenlet.JoinAll(spawners);
        pool.Join();
        order.Should().Equal(0, 1, 2, 3, 4);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Spawn_InACallbackOfTheHub_WorksUnlessItHasToWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // S7: what need not wait works in a callback.
        var pool = new Pool(1);
        var outcome = new AsyncResult<Exception?>();
        bool ran = false;
        Hub.Current.RunCallback(() =>
        {
            pool.Spawn(() => ran = true);
            try
            {
                pool.Spawn(() => { });
                outcome.Set(null);
            }
            catch (BlockingSwitchOutException exception)
            {
                outcome.Set(exception);
            }
        });
        outcome.Get().Should().BeOfType<BlockingSwitchOutException>();
        pool.Join();
        ran.Should().BeTrue();
        pool.FreeCount.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_OfOneThatWaitsToSpawn_LosesNoPlaceAndStartsNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var pool = new Pool(1);
        int started = 0;
        for (int round = 0; round < 20; round++)
        {
            var gate = new Event();
            pool.Spawn(() => gate.Wait());
            Greenlet[] spawners = [.. Enumerable.Range(0, 3).Select(_ => Greenlet.Spawn(() => { pool.Spawn(() => started++); }))];
            Greenlet.Yield();
            gate.Set();
            if (round % 2 == 0) Greenlet.Yield(); // the first has been told, or not yet
            foreach (Greenlet spawner in spawners) spawner.Kill(new GreenletExit(), block: false);
            Greenlet.JoinAll(spawners);
            pool.Join();
            pool.FreeCount.Should().Be(1);
        }
        pool.Apply(() => started).Should().BeLessThanOrEqualTo(60);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Add_Twice_TakesOnePlace(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent takes a second permit for it (and gives both back at its end); so would Discard of one that is not in. Here the count is that of the greenlets.
        var pool = new Pool(2);
        Greenlet greenlet = pool.Spawn(() => Greenlet.Sleep(s_long));
        pool.Add(greenlet);
        pool.FreeCount.Should().Be(1);
        pool.Discard(new Greenlet(() => { })).Should().BeFalse();
        pool.FreeCount.Should().Be(1);
        pool.Discard(greenlet).Should().BeTrue();
        pool.FreeCount.Should().Be(2, "its place is free although it runs on");
        greenlet.Kill();
        pool.FreeCount.Should().Be(2, "and its end frees nothing more");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void P3_ApplyAsync_WhenFull_DoesNotWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var pool = new Pool(1);
        var gate = new Event();
        pool.Spawn(() => gate.Wait());
        var values = new List<int>();
        Greenlet<int> applied = pool.ApplyAsync(() => 5, values.Add);
        pool.Count.Should().Be(1, "it is not a member yet");
        applied.Join(s_moment).Should().BeFalse();
        gate.Set();
        applied.Get().Should().Be(5);
        Greenlet.Sleep(s_moment);
        values.Should().Equal(5);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Spawn_OfADerivedPool_MakesItsOwnGreenlets(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var pool = new NamingPool();
        pool.Spawn(() => Greenlet.Running!.Name).Get().Should().Be("mine");
        pool.Map(_ => Greenlet.Running!.Name, [1, 2]).Should().Equal("mine", "mine");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Spawn_ByNativeThreadsAndTwoHubs_NeverMoreThanTheBound(FiberKind kind) => OnHub.Run(kind, () =>
    {
        const int Times = 200;
        var pool = new Pool(3);
        int running = 0, most = 0, done = 0;
        void Work()
        {
            int now = Interlocked.Increment(ref running);
            int seen = Volatile.Read(ref most);
            while (now > seen && Interlocked.CompareExchange(ref most, now, seen) is int found && found != seen) seen = found;
            Greenlet.Yield();
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref done);
        }
        Thread[] natives = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < Times; i++) pool.Spawn(Work);
            pool.Join();
        }))];
        foreach (Thread native in natives) native.StartNatively();
        for (int i = 0; i < Times; i++) pool.Spawn(Work);
        while (natives.Any(native => native.IsAlive)) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        pool.Join();
        done.Should().Be(4 * Times);
        most.Should().BeInRange(1, 3);
        pool.FreeCount.Should().Be(3);
    });

    private sealed class NamingPool : Pool
    {
        public NamingPool() : base(2) { }

        protected override Greenlet<T> Create<T>(Func<T> body) => new(body) { Name = "mine" };
    }
}
