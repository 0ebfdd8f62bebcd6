using System.Diagnostics;
using FluentAssertions;
using Patchy.Fibers;
using Xunit;

namespace Patchy.Tests.Threading;

/// <summary>What only greenlets can show: others run while one waits for a lock.</summary>
public sealed class MonitorEnterTests
{
    private static readonly GreenSync s_sync = new();

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    private static long Switches => Greenlet.Running!.Hub.SwitchCount;

    [Theory, MemberData(nameof(Kinds))]
    public void Enter_HeldByASleepingGreenlet_OthersRunMeanwhile(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        int ticks = 0;
        bool entered = false;
        Greenlet holder = Greenlet.Spawn(() =>
        {
            s_sync.Enter(target);
            for (int turn = 0; turn < 4000 && ticks <= 10; turn++) s_sync.Sleep(5);
            Monitor.Exit(target);
        });
        Greenlet waiting = Greenlet.Spawn(() => { s_sync.Enter(target); entered = true; Monitor.Exit(target); });
        while (!entered)
        {
            s_sync.Sleep(1);
            ticks++;
        }
        Greenlet.JoinAll(holder, waiting);
        ticks.Should().BeGreaterThan(10);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Enter_HeldByANativeThread_OthersRunMeanwhile(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        using var taken = new ManualResetEventSlim();
        int entered = 0, ticks = 0;
        var native = new Thread(() =>
        {
            lock (target)
            {
                taken.Set();
                for (int turn = 0; turn < 20_000 && Volatile.Read(ref ticks) <= 10; turn++) Thread.Sleep(1);
            }
        }) { IsBackground = true };
        native.StartNatively();
        taken.Wait();
        Greenlet[] all = [.. Enumerable.Range(0, 50).Select(_ => Greenlet.Spawn(() => { s_sync.Enter(target); entered++; Monitor.Exit(target); }))];
        while (entered == 0)
        {
            s_sync.Sleep(20);
            ticks++;
        }
        Greenlet.JoinAll(all);
        entered.Should().Be(50);
        ticks.Should().BeGreaterThan(10); // that nobody polls meanwhile is measured in a process of its own (scenario LockExclusion)
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Enter_AThousandOnOneLock_AreServedInOrder(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        var order = new List<int>();
        s_sync.Enter(target);
        Greenlet[] all = [.. Enumerable.Range(0, 1000).Select(i => Greenlet.Spawn(() =>
        {
            s_sync.Enter(target);
            if (i % 50 == 0) s_sync.Sleep(1); // the holder parks
            order.Add(i);
            Monitor.Exit(target);
        }))];
        Greenlet.Yield(); // all of them wait now
        Monitor.Exit(target);
        Greenlet.JoinAll(all);
        order.Should().Equal(Enumerable.Range(0, 1000));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Enter_TwoThatTakeItAgainAtOnce_BothGetTheirTurn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // Each leaves and takes the lock within one run, and sleeps with the lock held: the other never sees it free.
        object target = new();
        int[] turns = new int[2];
        bool stop = false;
        Greenlet[] both = [.. Enumerable.Range(0, 2).Select(i => Greenlet.Spawn(() =>
        {
            while (!stop)
            {
                s_sync.Enter(target);
                turns[i]++;
                s_sync.Sleep(1);
                Monitor.Exit(target);
            }
        }))];
        var watch = Stopwatch.StartNew();
        while (watch.ElapsedMilliseconds < 10_000 && (turns[0] < 3 || turns[1] < 3)) s_sync.Sleep(10);
        stop = true;
        Greenlet.JoinAll(both);
        turns.Should().OnlyContain(count => count >= 3);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void TryEnter_WithZero_NeverSwitches(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        bool release = false;
        Greenlet holder = Greenlet.Spawn(() => { s_sync.Enter(target); while (!release) s_sync.Sleep(5); Monitor.Exit(target); });
        Greenlet.Yield();
        Greenlet other = Greenlet.Spawn(() => { });
        long before = Switches;
        bool entered = s_sync.TryEnter(target, 0);
        long after = Switches;
        bool otherRan = other.Dead;
        release = true;
        (entered, after - before, otherRan).Should().Be((false, 0, false));
        holder.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Enter_FreeOrOwn_NeverSwitches(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        Greenlet other = Greenlet.Spawn(() => { });
        long before = Switches;
        s_sync.Enter(target);
        s_sync.Enter(target);
        Monitor.Exit(target);
        Monitor.Exit(target);
        Switches.Should().Be(before);
        other.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void TryEnter_ThatTimesOutAThousandTimes_LeavesNothingBehind(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        bool stop = false;
        Greenlet holder = Greenlet.Spawn(() =>
        {
            s_sync.Enter(target);
            while (!Volatile.Read(ref stop)) new Waiter(Greenlet.Running!, "the end of the test").Park(Deadline.In(60_000));
            Monitor.Exit(target);
        });
        Greenlet.Yield();
        for (int i = 0; i < 200; i++) s_sync.TryEnter(target, 1).Should().BeFalse();
        (holder.Watch is null || holder.Watch.IsEmpty).Should().BeTrue("who gives up takes itself out of the owner's list");
        stop = true;
        holder.CurrentWait!.Wake();
        s_sync.TryEnter(target, 5000).Should().BeTrue();
        Monitor.Exit(target);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_WhileItWaitsToEnter_LeavesTheLineIntact(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        var entered = new List<int>();
        s_sync.Enter(target);
        Greenlet[] all = [.. Enumerable.Range(0, 4).Select(i => Greenlet.Spawn(() => { s_sync.Enter(target); entered.Add(i); Monitor.Exit(target); }))];
        Greenlet.Yield();
        all[0].Kill(); // the first of the line
        all[2].Kill(); // one in the middle
        all[0].Dead.Should().BeTrue();
        Monitor.Exit(target);
        Greenlet.JoinAll(all);
        entered.Should().Equal(1, 3);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_WhileItWaitsForANativeHolder_EndsIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        bool entered = false, cleaned = false;
        using var leave = new ManualResetEventSlim();
        using var taken = new ManualResetEventSlim();
        var native = new Thread(() => { lock (target) { taken.Set(); leave.Wait(); } }) { IsBackground = true };
        native.StartNatively();
        taken.Wait();
        Greenlet waiting = Greenlet.Spawn(() =>
        {
            try { s_sync.Enter(target); entered = true; }
            finally { cleaned = true; }
        });
        while (!waiting.IsOffCarrier) s_sync.Sleep(1);
        s_sync.Sleep(10);
        waiting.Kill();
        cleaned.Should().BeTrue();
        entered.Should().BeFalse();
        leave.Set();
        native.Join();
        s_sync.TryEnter(target, 5000).Should().BeTrue();
        Monitor.Exit(target);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Enter_HeldByAGreenletOfAnotherHub_WaitsAndEnters(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        int inside = 0, most = 0, done = 0;
        void Work(int times)
        {
            for (int i = 0; i < times; i++)
            {
                s_sync.Enter(target);
                most = Math.Max(most, Interlocked.Increment(ref inside));
                if (i % 10 == 0) s_sync.Sleep(1);
                Interlocked.Decrement(ref inside);
                done++;
                Monitor.Exit(target);
                if (i % 3 == 0) Greenlet.Yield();
            }
        }
        ForeignThread otherHub = ForeignThread.Start(() => OnHub.Run(kind, () => Greenlet.JoinAll([.. Enumerable.Range(0, 20).Select(_ => Greenlet.Spawn(() => Work(50)))])));
        Greenlet.JoinAll([.. Enumerable.Range(0, 20).Select(_ => Greenlet.Spawn(() => Work(50)))]);
        otherHub.Finish();
        most.Should().Be(1);
        done.Should().Be(2000);
    });
}
