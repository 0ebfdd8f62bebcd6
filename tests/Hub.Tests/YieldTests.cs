using FluentAssertions;
using Patchy.Fibers;
using Patchy.Tests.Reactor;
using Xunit;

namespace Patchy.Tests;

/// <summary>What the hot path of the hub promises beside being fast.</summary>
public sealed class YieldTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Yield_TenThousandTimes_AllocatesNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        const int Times = 10_000;
        int others = 0;
        long Allocated()
        {
            for (int i = 0; i < Times; i++) Greenlet.Yield(); // what is made once is made now
            long before = GC.GetAllocatedBytesForCurrentThread();
            int othersBefore = others;
            for (int i = 0; i < Times; i++) Greenlet.Yield();
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            others.Should().BeGreaterThan(othersBefore + Times / 2, "the others ran meanwhile");
            return allocated;
        }

        Greenlet other = Greenlet.Spawn(() =>
        {
            while (true)
            {
                others++;
                Greenlet.Yield();
            }
        });
        Greenlet<long> measured = Greenlet.Spawn(Allocated);
        measured.Get().Should().Be(0, "a yield of a greenlet allocates nothing");
        Allocated().Should().Be(0, "nor does one of the main greenlet");
        other.Kill();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Yield_ByManyMoreThanTheQueueBeganWith_TakesTurnsInOrder(FiberKind kind) => OnHub.Run(kind, () =>
    {
        const int Greenlets = 200, Rounds = 5;
        var order = new List<int>();
        Greenlet[] all = [.. Enumerable.Range(0, Greenlets).Select(me => Greenlet.Spawn(() =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                order.Add(me);
                Greenlet.Yield();
            }
        }))];
        Greenlet.JoinAll(all);
        order.Should().Equal(Enumerable.Repeat(Enumerable.Range(0, Greenlets), Rounds).SelectMany(r => r), "sleep(0) goes to the end of one FIFO");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Switch_LongQueueOfAllSorts_ReadsAheadWithoutHarm(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // What stands in the queue may have no fiber yet, none any more, a fiber that is just coming back, or no wait: the hub looks at five of them ahead of time.
        const int Sorts = 40;
        SocketPair[] pairs = [.. Enumerable.Range(0, Sorts).Select(_ => new SocketPair())];
        int yielded = 0, begun = 0, called = 0, escaped = 0, received = 0, woken = 0;
        var gate = new Patchy.Events.Event();
        List<Greenlet> all = [];
        for (int i = 0; i < Sorts; i++)
        {
            int me = i;
            all.Add(Greenlet.Spawn(() => { for (int turn = 0; turn < 20; turn++) Greenlet.Yield(); yielded++; }));
            all.Add(Greenlet.Spawn(() => { Greenlet.Yield(); Escape.Run(EscapePool.Blocking, 0, static _ => 0); escaped++; }));
            all.Add(Greenlet.Spawn(() => { if (pairs[me].ReceiveOne() == 1) received++; }));
            all.Add(Greenlet.Spawn(() => { gate.Wait(); woken++; }));
        }
        Greenlet.Yield();
        Greenlet.Yield();
        Greenlet killed = Greenlet.Spawn(() => throw new InvalidOperationException("It was killed before it could run."));
        for (int i = 0; i < Sorts; i++)
        {
            Hub.Current.RunCallback(() => called++);
            all.Add(Greenlet.Spawn(() => begun++));
        }
        killed.Kill(new GreenletExit(), block: false);
        gate.Set();
        foreach (SocketPair pair in pairs) pair.Far.Send([1]);
        Greenlet.JoinAll(all);
        foreach (SocketPair pair in pairs) pair.Dispose();
        new[] { yielded, begun, called, escaped, received, woken }.Should().OnlyContain(count => count == Sorts);
        killed.Dead.Should().BeTrue();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void IsRunningOnThisStack_OnlyWhereTheGreenletRuns(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool here = false, afterSwitches = false, escaped = true, elsewhere = true, inAnother = true;
        Greenlet? self = null;
        self = Greenlet.Spawn(() =>
        {
            here = self!.IsRunningOnThisStack;
            for (int i = 0; i < 10; i++) Greenlet.Yield();
            afterSwitches = self.IsRunningOnThisStack;
            escaped = Escape.Run(EscapePool.Blocking, self, static me => me.IsRunningOnThisStack);
            Task.Run(() => elsewhere = self.IsRunningOnThisStack).GetAwaiter().GetResult();
            Greenlet.Spawn(() => inAnother = self.IsRunningOnThisStack).Join();
            Greenlet.Yield();
        });
        self.Join();
        here.Should().Be(kind == FiberKind.User, "only there its stack is known");
        afterSwitches.Should().Be(here);
        escaped.Should().BeFalse("on a kernel thread of its own it does not run on the carrier");
        elsewhere.Should().BeFalse();
        inAnother.Should().BeFalse();
        self.IsRunningOnThisStack.Should().BeFalse("it is dead");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Spawn_DeepRecursion_HasAMegabyteOfStack(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int bottom = Greenlet.Spawn(() => Deep(4000)).Get();
        bottom.Should().Be(4000);
    });

    // 256 bytes a frame and more: a megabyte.
    private static int Deep(int levels)
    {
        Span<byte> room = stackalloc byte[256];
        room[levels & 255] = 1;
        return levels == 0 ? 0 : Deep(levels - 1) + room[levels & 255];
    }
}
