using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

public sealed class EscapeTests
{
    [ThreadStatic] private static int t_mark;

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Run_ACallThatBlocks_OthersRunMeanwhileAndIdentityStays(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int ticks = 0;
        bool same = false;
        Greenlet blocked = Greenlet.Spawn(() =>
        {
            Thread thread = Thread.CurrentThread;
            t_mark = 7;
            using var gate = new ManualResetEventSlim();
            same = Escape.Run(EscapePool.Blocking, thread, thread =>
            {
                for (int turn = 0; turn < 20_000 && Volatile.Read(ref ticks) <= 5; turn++) Thread.Sleep(1);
                return Thread.CurrentThread == thread && t_mark == 7;
            });
        });
        Greenlet ticker = Greenlet.Spawn(() => { while (!blocked.Dead) { ticks++; Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); } });
        Greenlet.JoinAll(blocked, ticker);
        same.Should().BeTrue("the thread and its statics are the greenlet's own, wherever it runs");
        ticks.Should().BeGreaterThan(5, "the hub goes on");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Run_FromTheMainGreenlet_ComesBack(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Thread thread = Thread.CurrentThread;
        for (int i = 0; i < 20; i++)
            Escape.Run(EscapePool.Blocking, i, static i => { Thread.Sleep(1); return i + 1; }).Should().Be(i + 1);
        Thread.CurrentThread.Should().BeSameAs(thread);
        Greenlet.Spawn(() => 3).Get().Should().Be(3, "the hub still works");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Run_TheCallThrows_TheExceptionComesOutOnTheHub(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Action act = () => Escape.Run<int, int>(EscapePool.Blocking, 0, static _ => throw new FormatException("away"));
        act.Should().Throw<FormatException>().WithMessage("away");
        Greenlet.Running.Should().NotBeNull();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Run_MoreThanThereArePlaces_TheOthersWaitTheirTurn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int away = 0, most = 0;
        Greenlet.JoinAll([.. Enumerable.Range(0, 150).Select(_ => Greenlet.Spawn(() => Escape.Run(EscapePool.Blocking, 0, _ =>
        {
            int now = Interlocked.Increment(ref away);
            lock (s_most) most = Math.Max(most, now);
            Thread.Sleep(5);
            return Interlocked.Decrement(ref away);
        })))]);
        away.Should().Be(0);
        most.Should().BeInRange(2, 64, "escapes are bounded");
    });

    private static readonly object s_most = new();

    [Theory, MemberData(nameof(Kinds))]
    public void Monitor_AGreenletBlocksTheCarrierNatively_TheOthersGoOn(FiberKind kind) => OnHub.RunMonitored(kind, () =>
    {
        int ticksWhileBlocked = 0;
        bool blocking = false, over = false;
        Greenlet ticker = Greenlet.Spawn(() =>
        {
            while (!over)
            {
                if (Volatile.Read(ref blocking)) ticksWhileBlocked++;
                Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
            }
        });
        Thread? before = null, after = null;
        Greenlet blocked = Greenlet.Spawn(() =>
        {
            before = Thread.CurrentThread;
            Volatile.Write(ref blocking, true);
            for (int turn = 0; turn < 400 && Volatile.Read(ref ticksWhileBlocked) <= 10; turn++) NativeBlock.Milliseconds(50); // a machine that pauses may take any one of them from the monitor
            Volatile.Write(ref blocking, false);
            Greenlet.Yield();
            after = Thread.CurrentThread;
            over = true;
        });
        Greenlet.JoinAll(ticker, blocked);
        ticksWhileBlocked.Should().BeGreaterThan(10, "another kernel thread has taken over the hub");
        after.Should().BeSameAs(before);
        Greenlet.Spawn(() => 5).Get().Should().Be(5);
    });
}
