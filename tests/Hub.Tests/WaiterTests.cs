using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

public sealed class WaiterTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Park_AfterWake_ReturnsAtOnceWithoutASwitch(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var waiter = new Waiter(Greenlet.Running!, "permit");
        bool otherRan = false;
        Greenlet other = Greenlet.Spawn(() => { otherRan = true; });
        waiter.Wake().Should().BeTrue();
        waiter.Park(Deadline.Never).Should().Be(ParkResult.Woken);
        otherRan.Should().BeFalse("a permit is taken without giving the turn away");
        other.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wake_Twice_DecidesOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var waiter = new Waiter(Greenlet.Running!, "once");
        waiter.Wake().Should().BeTrue();
        waiter.Wake().Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Park_UntilItsDeadline_TimesOutAndALateWakeSaysSo(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var waiter = new Waiter(Greenlet.Running!, "never");
        waiter.Park(Deadline.In(5)).Should().Be(ParkResult.TimedOut);
        waiter.Wake().Should().BeFalse("what was to be handed over must go to another waiter");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Park_WithADeadlineThatHasPassed_DoesNotSwitch(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool otherRan = false;
        Greenlet other = Greenlet.Spawn(() => { otherRan = true; });
        new Waiter(Greenlet.Running!, "past").Park(Deadline.In(0)).Should().Be(ParkResult.TimedOut);
        otherRan.Should().BeFalse();
        other.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Park_NotInterruptible_OutlivesAKillWhichComesAtTheNextWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Waiter? waiter = null;
        ParkResult? first = null, second = null;
        Greenlet greenlet = Greenlet.Spawn(() =>
        {
            waiter = new Waiter(Greenlet.Running!, "held");
            first = waiter.Park(Deadline.Never, interruptible: false);
            second = new Waiter(Greenlet.Running!, "next").Park(Deadline.Never);
        });
        Greenlet.Yield();
        greenlet.Kill(new GreenletExit(), block: false);
        Greenlet.Yield();
        greenlet.Dead.Should().BeFalse();
        waiter!.Wake();
        greenlet.Join();
        first.Should().Be(ParkResult.Woken);
        second.Should().Be(ParkResult.Interrupted);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wake_FromNativeThreadsAgainstDeadlines_EachWaitIsDecidedOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        const int Rounds = 3_000;
        var waiters = new System.Collections.Concurrent.ConcurrentQueue<Waiter>();
        int woken = 0, wokenByNative = 0, timedOut = 0;
        bool over = false;
        Thread[] natives = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref over))
                if (waiters.TryDequeue(out Waiter? waiter) && waiter.Wake()) Interlocked.Increment(ref wokenByNative);
        }))];
        foreach (Thread native in natives) native.StartNatively();
        Greenlet.JoinAll([.. Enumerable.Range(0, 10).Select(_ => Greenlet.Spawn(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                var waiter = new Waiter(Greenlet.Running!, "a race");
                waiters.Enqueue(waiter);
                if (waiter.Park(i % 3 == 0 ? Deadline.In(1) : Deadline.Never) == ParkResult.Woken) woken++;
                else timedOut++;
            }
        }))]);
        Volatile.Write(ref over, true);
        foreach (Thread native in natives) native.Join();
        woken.Should().Be(wokenByNative, "a wake that says it decided the wait is the one that the wait reports");
        (woken + timedOut).Should().Be(10 * Rounds);
    });
}
