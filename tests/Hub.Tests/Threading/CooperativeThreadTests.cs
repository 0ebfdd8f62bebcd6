using FluentAssertions;
using Patchy.Threading;
using Xunit;

namespace Patchy.Tests.Threading;

/// <summary>The replacements of Thread's members, called directly: nothing is patched in this process.</summary>
public sealed class CooperativeThreadTests
{
    [ThreadStatic] private static int t_fresh;

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Start_OnAHubsThread_RunsTheThreadsBodyAsAGreenletUnderItsOwnIdentity(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Thread? seen = null;
        int fresh = -1, id = 0;
        bool green = false;
        t_fresh = 9;
        var thread = new Thread(() =>
        {
            seen = Thread.CurrentThread;
            fresh = t_fresh;
            id = Environment.CurrentManagedThreadId;
            green = Greenlet.Running is GreenThread;
        }) { Name = "worker" };
        CooperativeThread.Start(thread);
        seen.Should().BeNull("a green thread runs when its starter waits");
        CooperativeThread.Join(thread, Timeout.Infinite).Should().BeTrue();
        seen.Should().BeSameAs(thread);
        id.Should().Be(thread.ManagedThreadId);
        fresh.Should().Be(0, "BCL: thread statics are fresh in a new thread");
        green.Should().BeTrue();
        thread.IsAlive.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Start_WithAnArgument_PassesIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object? got = null;
        // Thread.Start(object) stores the argument before it calls StartCore; here the body is what counts.
        var thread = new Thread(argument => got = argument ?? "none");
        CooperativeThread.Start(thread);
        CooperativeThread.Join(thread, Timeout.Infinite);
        got.Should().Be("none");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Start_AThreadOfTheFramework_StaysNative(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var lazy = new Lazy<int>(1);
        var thread = new Thread(Console.Out.Flush); // a delegate of a framework assembly
        CooperativeThread.Start(thread);
        GreenThread.Of(thread).Should().BeNull();
        thread.Join();
        lazy.Value.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Join_WithATimeout_IsFalseAndLetsOthersRun(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int ticks = 0;
        bool over = false;
        var sleeper = new Thread(() => { while (!over) { ticks++; Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); } });
        CooperativeThread.Start(sleeper);
        for (int turn = 0; turn < 300 && ticks <= 3; turn++) CooperativeThread.Join(sleeper, 30).Should().BeFalse();
        ticks.Should().BeGreaterThan(3);
        over = true;
        CooperativeThread.Join(sleeper, Timeout.Infinite).Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Join_OfAnUnstartedThread_ThrowsAsNatively(FiberKind kind) => OnHub.Run(kind, () =>
        ((Action)(() => CooperativeThread.Join(new Thread(() => { }), Timeout.Infinite))).Should().Throw<ThreadStateException>());

    [Theory, MemberData(nameof(Kinds))]
    public void Join_OfANativeThread_LetsOthersRun(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int ticks = 0;
        var native = new Thread(() => { for (int turn = 0; turn < 20_000 && Volatile.Read(ref ticks) <= 3; turn++) Thread.Sleep(1); });
        native.StartNatively();
        Greenlet ticker = Greenlet.Spawn(() => { while (native.IsAlive) { ticks++; Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); } });
        CooperativeThread.Join(native, Timeout.Infinite).Should().BeTrue();
        ticks.Should().BeGreaterThan(3);
        ticker.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Join_OfANativeThread_EndsByInterruptKillAndTimeout(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        // BCL: Join can be interrupted; gevent: a kill and a timeout are raised where a greenlet waits.
        using var release = new ManualResetEvent(false);
        var native = new Thread(() => release.WaitOne());
        native.StartNatively();
        bool interrupted = false, joined = true;
        var green = new Thread(() =>
        {
            try { CooperativeThread.Join(native, Timeout.Infinite); }
            catch (ThreadInterruptedException) { interrupted = true; }
        });
        CooperativeThread.Start(green);
        Greenlet killed = Greenlet.Spawn(() => CooperativeThread.Join(native, Timeout.Infinite));
        Greenlet patient = Greenlet.Spawn(() => joined = CooperativeThread.Join(native, Timeout.Infinite));
        Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
        CooperativeThread.Interrupt(green);
        CooperativeThread.Join(green, 30_000).Should().BeTrue();
        interrupted.Should().BeTrue();
        killed.Kill(new GreenletExit(), TimeSpan.FromSeconds(30)).Should().BeTrue();
        killed.Exit.Should().NotBeNull();
        GreenletTimeout.TryRun(TimeSpan.FromMilliseconds(10), () => CooperativeThread.Join(native, Timeout.Infinite)).Should().BeFalse();
        CooperativeThread.Join(native, 10).Should().BeFalse("its own time passes as well");
        native.IsAlive.Should().BeTrue();
        patient.Dead.Should().BeFalse("nobody has interrupted that one");
        release.Set();
        patient.Join();
        joined.Should().BeTrue();
        CooperativeThread.Join(native, Timeout.Infinite).Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Join_OfManyNativeThreads_LeavesTheKernelThreadsOfBlockingCallsToThem(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        using var release = new ManualResetEvent(false);
        Thread[] natives = [.. Enumerable.Range(0, 70).Select(_ => new Thread(() => release.WaitOne(), 128 * 1024))];
        foreach (Thread native in natives) native.StartNatively();
        int joined = 0;
        Greenlet[] joining = [.. natives.Select(native => Greenlet.Spawn(() => { if (CooperativeThread.Join(native, 60_000)) joined++; }))];
        Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
        joined.Should().Be(0);
        int answer = 0;
        bool inTime = GreenletTimeout.TryRun(TimeSpan.FromSeconds(20), () => answer = Escape.Run(EscapePool.Blocking, 7, static number => number));
        release.Set();
        Greenlet.JoinAll(joining);
        (inTime, answer).Should().Be((true, 7), "a name look-up needs such a place while all of them join");
        joined.Should().Be(natives.Length);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Interrupt_WhileItSleeps_ThrowsThereOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int interrupted = 0;
        bool sleptAfterwards = false;
        var thread = new Thread(() =>
        {
            try { CooperativeSleep.Sleep(30_000); }
            catch (ThreadInterruptedException) { interrupted++; }
            CooperativeSleep.Sleep(5);
            sleptAfterwards = true;
        });
        CooperativeThread.Start(thread);
        Greenlet.Yield();
        CooperativeThread.Interrupt(thread);
        CooperativeThread.Join(thread, Timeout.Infinite);
        interrupted.Should().Be(1);
        sleptAfterwards.Should().BeTrue("BCL: an interrupt ends one wait");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void ThreadState_AndIsBackground_AnswerAsForANativeThread(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var thread = new Thread(() =>
        {
            try { CooperativeSleep.Sleep(30_000); }
            catch (ThreadInterruptedException) { }
        });
        CooperativeThread.GetThreadState(thread).Should().Be(ThreadState.Unstarted);
        CooperativeThread.Start(thread);
        CooperativeThread.GetIsBackground(thread).Should().BeFalse();
        Greenlet.Yield();
        CooperativeThread.GetThreadState(thread).Should().Be(ThreadState.WaitSleepJoin);
        CooperativeThread.SetIsBackground(thread, true);
        CooperativeThread.GetIsBackground(thread).Should().BeTrue();
        CooperativeThread.GetThreadState(thread).Should().Be(ThreadState.WaitSleepJoin | ThreadState.Background);
        CooperativeThread.Interrupt(thread);
        CooperativeThread.Join(thread, Timeout.Infinite);
        CooperativeThread.GetThreadState(thread).Should().HaveFlag(ThreadState.Stopped);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Start_AThousandThatEndTogether_AllEnd(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int ran = 0;
        Thread[] threads = [.. Enumerable.Range(0, 1000).Select(_ => new Thread(() => { CooperativeSleep.Sleep(20); ran++; }))];
        foreach (Thread thread in threads) CooperativeThread.Start(thread);
        foreach (Thread thread in threads) CooperativeThread.Join(thread, Timeout.Infinite).Should().BeTrue();
        ran.Should().Be(1000);
        threads.Should().OnlyContain(thread => !thread.IsAlive);
    });
}
