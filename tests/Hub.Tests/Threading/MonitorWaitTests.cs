using System.Diagnostics;
using FluentAssertions;
using Patchy.Fibers;
using Patchy.Threading;
using Xunit;

namespace Patchy.Tests.Threading;

public sealed class MonitorWaitTests
{
    private static readonly GreenSync s_sync = new();

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_AHundredOnOneObject_SleepTogetherAndAreWokenInOrder(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        var order = new List<int>();
        Greenlet[] all = [.. Enumerable.Range(0, 100).Select(i => Greenlet.Spawn(() =>
        {
            s_sync.Enter(target);
            s_sync.Wait(target);
            order.Add(i);
            Monitor.Exit(target);
        }))];
        Greenlet.Yield();
        for (int i = 0; i < 100; i++)
        {
            s_sync.Enter(target);
            s_sync.Pulse(target);
            Monitor.Exit(target);
            order.Should().HaveCountLessThanOrEqualTo(i + 1);
        }
        Greenlet.JoinAll(all);
        order.Should().Equal(Enumerable.Range(0, 100));
        s_sync.Enter(target);
        WaitSet.PopOne(target).Should().BeNull("nobody waits any more");
        Monitor.Exit(target);
        for (int turn = 0; turn < 10_000 && WaitSet.AnyInside; turn++) s_sync.Sleep(1); // that is of the whole process: others may wait for a while
        WaitSet.AnyInside.Should().BeFalse("whoever leaves is counted");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Pulse_GreenletsAndNativeThreadsMixed_WakesOneEachInOrder(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        var order = new List<int>();
        int waiting = 0;
        void Body(int number)
        {
            s_sync.Enter(target);
            waiting++;
            s_sync.Wait(target);
            order.Add(number);
            Monitor.Exit(target);
        }
        int Locked(Func<int> read)
        {
            s_sync.Enter(target);
            int value = read();
            Monitor.Exit(target);
            return value;
        }
        var natives = new List<Thread>();
        var greenlets = new List<Greenlet>();
        for (int i = 0; i < 30; i++)
        {
            int number = i;
            if (i % 3 == 0)
            {
                var native = new Thread(() => Body(number)) { IsBackground = true };
                natives.Add(native);
                native.StartNatively();
            }
            else greenlets.Add(Greenlet.Spawn(() => Body(number)));
            while (Locked(() => waiting) <= i) s_sync.Sleep(1);
        }
        for (int i = 0; i < 30; i++)
        {
            s_sync.Enter(target);
            s_sync.Pulse(target);
            Monitor.Exit(target);
            while (Locked(() => order.Count) <= i) Greenlet.Yield();
            Locked(() => order.Count).Should().Be(i + 1, "a pulse wakes exactly one");
        }
        Greenlet.JoinAll([.. greenlets]);
        order.Should().Equal(Enumerable.Range(0, 30));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void PulseAll_GreenletsAndNativeThreadsMixed_WakesAll(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        int woken = 0, waiting = 0;
        void Body()
        {
            s_sync.Enter(target);
            waiting++;
            if (s_sync.Wait(target)) woken++;
            Monitor.Exit(target);
        }
        Thread[] natives = [.. Enumerable.Range(0, 5).Select(_ => new Thread(Body) { IsBackground = true })];
        foreach (Thread native in natives) native.StartNatively();
        Greenlet[] all = [.. Enumerable.Range(0, 20).Select(_ => Greenlet.Spawn(Body))];
        while (true)
        {
            s_sync.Enter(target);
            bool ready = waiting == 25;
            if (ready) s_sync.PulseAll(target);
            Monitor.Exit(target);
            if (ready) break;
            s_sync.Sleep(1);
        }
        Greenlet.JoinAll(all);
        foreach (Thread native in natives) s_sync.Join(native).Should().BeTrue();
        woken.Should().Be(25);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Pulse_OfOneWhoseTimeIsUpButWhoHasNotTheLockYet_IsNotLost(FiberKind kind) => OnHub.Run(kind, () =>
    {
        for (int time = 10; time < 20_000; time *= 4)
        {
            object target = new();
            bool? first = null, second = null;
            Greenlet late = Greenlet.Spawn(() => { s_sync.Enter(target); first = s_sync.Wait(target, time); Monitor.Exit(target); });
            Greenlet.Yield();
            Greenlet patient = Greenlet.Spawn(() => { s_sync.Enter(target); second = s_sync.Wait(target, 20 * time); Monitor.Exit(target); });
            Greenlet.Yield();
            s_sync.Enter(target);
            bool tooLate = first is not null; // it was not held up by the lock, since the machine was slow: such a round says nothing
            s_sync.Sleep(4 * time); // the first one's time is up; it waits for the lock
            s_sync.Pulse(target);
            Monitor.Exit(target);
            Greenlet.JoinAll(late, patient);
            if (tooLate) continue;
            first.Should().BeTrue();
            second.Should().BeFalse("one pulse wakes one");
            return;
        }
        Assert.Fail("The lock was never taken in time.");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_AndPulseAtOnce_ThePulseGoesToTheNext(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        bool? second = null;
        Greenlet doomed = Greenlet.Spawn(() => { s_sync.Enter(target); try { s_sync.Wait(target); } finally { Monitor.Exit(target); } });
        Greenlet.Yield();
        Greenlet next = Greenlet.Spawn(() => { s_sync.Enter(target); second = s_sync.Wait(target, 5000); Monitor.Exit(target); });
        Greenlet.Yield();
        s_sync.Enter(target);
        doomed.Throw(new GreenletExit()).Should().BeTrue(); // at once: a kill would take its turn behind the pulse
        s_sync.Pulse(target); // hits the doomed one, which has not run yet
        Monitor.Exit(target);
        Greenlet.JoinAll(doomed, next);
        second.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_DuringWait_IsRaisedWithTheLockHeld(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        bool heldInFinally = false;
        Greenlet waiting = Greenlet.Spawn(() =>
        {
            s_sync.Enter(target);
            s_sync.Enter(target);
            try { s_sync.Wait(target); }
            finally
            {
                Monitor.Exit(target);
                heldInFinally = Monitor.IsEntered(target);
                Monitor.Exit(target);
            }
        });
        Greenlet.Yield();
        waiting.Kill();
        heldInFinally.Should().BeTrue();
        s_sync.TryEnter(target, 1000).Should().BeTrue();
        Monitor.Exit(target);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_WhereNothingMayBeRaised_EndsTheWaitAsATimeout(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // As the BCL's socket queue needs it: an exception there would corrupt it. Its owner raises afterwards.
        object target = new();
        bool? result = null;
        Greenlet waiting = Greenlet.Spawn(() =>
        {
            Greenlet.Running!.NoRaise++;
            s_sync.Enter(target);
            result = s_sync.Wait(target);
            Monitor.Exit(target);
            Greenlet.Running!.NoRaise--;
            Greenlet.Running!.RaisePending();
        });
        Greenlet.Yield();
        waiting.Kill();
        result.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_PingPong_SwitchesBetweenTwo(FiberKind kind) => OnHub.Run(kind, () =>
    {
        object target = new();
        int turn = 0, rounds = 0;
        void Play(int me)
        {
            s_sync.Enter(target);
            for (int i = 0; i < 1000; i++)
            {
                while (turn != me) s_sync.Wait(target);
                turn = 1 - me;
                rounds++;
                s_sync.Pulse(target);
            }
            Monitor.Exit(target);
        }
        Greenlet.JoinAll(Greenlet.Spawn(() => Play(0)), Greenlet.Spawn(() => Play(1)));
        rounds.Should().Be(2000);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Timeout_CancelledAfterItHasEndedTheWait_TheWaitGoesOn(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        // BCL: a wait without a limit comes back pulsed, or not at all.
        for (int time = 40; time < 20_000; time *= 4)
        {
            object target = new();
            bool pulsed = false;
            GreenletTimeout? timeout = null;
            Greenlet waiting = Greenlet.Spawn(() =>
            {
                timeout = GreenletTimeout.StartNew(TimeSpan.FromMilliseconds(time));
                lock (target) pulsed = CooperativeMonitorWait.Wait(target, Timeout.Infinite);
            });
            Greenlet.Yield();
            Greenlet.Spawn(() => { for (var watch = Stopwatch.StartNew(); watch.ElapsedMilliseconds < 2 * time;) Thread.SpinWait(100); }); // both are due when it lets the hub go on: the canceller first, then the one whose wait is over
            new Waiter(Greenlet.Running!, "its moment").Park(Deadline.In(time / 4));
            bool tooLate = waiting.Dead; // the machine was so slow that the canceller's time came after the other's: such a round says nothing
            timeout!.Cancel();
            Greenlet.Sleep(TimeSpan.FromMilliseconds(20));
            if (!tooLate) waiting.Dead.Should().BeFalse();
            lock (target) CooperativeMonitorWait.Pulse(target);
            waiting.Join();
            if (tooLate) continue;
            pulsed.Should().BeTrue();
            return;
        }
        Assert.Fail("The canceller never came in time.");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_AndPulseAtOnceWithNobodyElse_TheWaitHasSucceeded(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        // SemaphoreSlim counts those that it has pulsed until they come: one that was killed meanwhile has to come as well, or the next release wakes nobody.
        object target = new();
        bool pulsed = false;
        Greenlet waiting = Greenlet.Spawn(() =>
        {
            lock (target) pulsed = CooperativeMonitorWait.Wait(target, Timeout.Infinite);
            Greenlet.Sleep(TimeSpan.FromSeconds(30));
        });
        Greenlet.Yield();
        waiting.Kill(new GreenletExit(), block: false);
        lock (target) CooperativeMonitorWait.Pulse(target);
        waiting.Join();
        pulsed.Should().BeTrue("the pulse had nobody else to go to");
        waiting.Exit.Should().NotBeNull("the kill is raised at the next wait");
    });

    [Fact]
    public void LeaveNative_PassingOnAPulse_PopsNoMarkerThatItCannotPulse()
    {
        object target = new();
        WaitNode late = WaitSet.Join(target, null);
        WaitSet.PopOne(target).Should().BeSameAs(late, "a pulse that came when its time was up already");
        WaitNode next = WaitSet.Join(target, null);
        late.Set!.LeaveNative(late, woken: false, holdsMonitor: false).Should().BeNull();
        next.IsQueued.Should().BeTrue("nobody has woken that native thread: it would pass on a pulse that never was");
        WaitSet.PopOne(target).Should().BeSameAs(next);
        WaitNode last = WaitSet.Join(target, null);
        next.Set!.LeaveNative(next, woken: false, holdsMonitor: true).Should().BeSameAs(last, "the caller pulses it natively");
        last.Set!.LeaveNative(last, woken: true, holdsMonitor: true).Should().BeNull();
    }
}
