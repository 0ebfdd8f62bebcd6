using FluentAssertions;
using Patchy.Fibers;
using Patchy.Threading;
using Xunit;

namespace Patchy.Tests.Threading;

public sealed class WaitHandleTests
{
    private static readonly GreenSync s_sync = new();

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void WaitOne_SetByANativeThread_OthersRunMeanwhile(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var signal = new ManualResetEvent(false);
        int ticks = 0, through = 0;
        var native = new Thread(() =>
        {
            for (int turn = 0; turn < 20_000 && Volatile.Read(ref ticks) <= 10; turn++) Thread.Sleep(1);
            s_sync.Set(signal);
        }) { IsBackground = true };
        native.StartNatively();
        Greenlet[] all = [.. Enumerable.Range(0, 20).Select(_ => Greenlet.Spawn(() => { s_sync.WaitOne(signal); through++; }))];
        while (through < 20)
        {
            s_sync.Sleep(1);
            ticks++;
        }
        ticks.Should().BeGreaterThan(10);
        Greenlet.JoinAll(all);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void WaitOne_WithZero_NeverSwitches(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var signal = new AutoResetEvent(false);
        Greenlet other = Greenlet.Spawn(() => { });
        long before = Greenlet.Running!.Hub.SwitchCount;
        s_sync.WaitOne(signal, 0).Should().BeFalse();
        s_sync.WaitAny([signal], 0).Should().Be(WaitHandle.WaitTimeout);
        s_sync.WaitAll([signal], 0).Should().BeFalse();
        s_sync.SignalAndWait(signal, signal, 0).Should().BeTrue();
        Greenlet.Running!.Hub.SwitchCount.Should().Be(before);
        other.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Set_ByAGreenlet_WakesANativeThreadFirst(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // Native threads wait in the runtime, which serves them before a greenlet can be: one Set still releases one.
        using var signal = new AutoResetEvent(false);
        int released = 0;
        Greenlet green = Greenlet.Spawn(() => { s_sync.WaitOne(signal); Interlocked.Increment(ref released); });
        Greenlet.Yield();
        var native = new Thread(() => { s_sync.WaitOne(signal, Timeout.Infinite); Interlocked.Increment(ref released); }) { IsBackground = true };
        native.StartNatively();
        while ((native.ThreadState & ThreadState.WaitSleepJoin) == 0) s_sync.Sleep(1);
        s_sync.Set(signal);
        for (int turn = 0; turn < 10_000 && Volatile.Read(ref released) == 0; turn++) s_sync.Sleep(1);
        s_sync.Sleep(50); // a second one would show itself
        released.Should().Be(1);
        s_sync.Set(signal);
        green.Join(TimeSpan.FromSeconds(10)).Should().BeTrue();
        s_sync.Join(native, 10_000).Should().BeTrue();
        released.Should().Be(2);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_DuringWaitOne_TakesNoSignal(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var signal = new AutoResetEvent(false);
        bool taken = false;
        Greenlet doomed = Greenlet.Spawn(() => { s_sync.WaitOne(signal); });
        Greenlet next = Greenlet.Spawn(() => { taken = s_sync.WaitOne(signal, 5000); });
        Greenlet.Yield();
        doomed.Kill();
        s_sync.Set(signal);
        next.Join();
        taken.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_AfterTheSignalWasTaken_IsRaisedAtTheNextWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var semaphore = new Semaphore(0, 10);
        bool? taken = null;
        Greenlet doomed = Greenlet.Spawn(() => { taken = s_sync.WaitOne(semaphore, -1); s_sync.Sleep(10_000); });
        Greenlet.Yield();
        s_sync.Release(semaphore); // taken for it; it has not run yet
        doomed.Kill();
        taken.Should().BeTrue("a permit that was taken is not lost");
        doomed.Dead.Should().BeTrue();
        s_sync.WaitOne(semaphore, 0).Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Mutex_HeldByAGreenlet_OthersRunAndItStaysWithItsThread(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var mutex = new Mutex();
        int inside = 0, most = 0, ticks = 0, done = 0;
        Greenlet[] all = [.. Enumerable.Range(0, 30).Select(_ => Greenlet.Spawn(() =>
        {
            s_sync.WaitOne(mutex);
            most = Math.Max(most, ++inside);
            s_sync.Sleep(1);
            inside--;
            done++;
            s_sync.ReleaseMutex(mutex);
        }))];
        while (done < 30)
        {
            s_sync.Sleep(1);
            ticks++;
        }
        most.Should().Be(1);
        ticks.Should().BeGreaterThan(10);
        Greenlet.JoinAll(all);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void WaitHelper_OfAnOverridingContext_IsCooperative(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var signal = new AutoResetEvent(false);
        var context = new NotifiedContext();
        bool taken = false;
        Greenlet waiting = Greenlet.Spawn(() =>
        {
            SynchronizationContext.SetSynchronizationContext(context);
            taken = context.Wait([signal.SafeWaitHandle.DangerousGetHandle()], false, 5000) == 0;
            SynchronizationContext.SetSynchronizationContext(null);
        });
        int ticks = 0;
        Greenlet setter = Greenlet.Spawn(() =>
        {
            for (; ticks < 5; ticks++) s_sync.Sleep(5);
            s_sync.Set(signal);
        });
        Greenlet.JoinAll(waiting, setter);
        taken.Should().BeTrue();
        ticks.Should().Be(5);
        context.Notified.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Signals_FromNativeThreads_AreNeverLost(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // Registration and signal race here again and again.
        using var a = new AutoResetEvent(false);
        using var b = new AutoResetEvent(false);
        using var go = new AutoResetEvent(false);
        bool stop = false;
        var native = new Thread(() =>
        {
            while (true)
            {
                s_sync.WaitOne(go, Timeout.Infinite);
                if (Volatile.Read(ref stop)) return;
                s_sync.Set(b);
            }
        }) { IsBackground = true };
        native.StartNatively();
        for (int i = 0; i < 2000; i++)
        {
            s_sync.Set(go);
            for (int spins = i % 50; spins > 0; spins--) Thread.SpinWait(10);
            if (i % 2 == 0) s_sync.WaitAny([a, b], 10_000).Should().Be(1);
            else
            {
                s_sync.Set(a);
                s_sync.WaitAll([a, b], 10_000).Should().BeTrue();
            }
        }
        Volatile.Write(ref stop, true);
        s_sync.Set(go);
        s_sync.Join(native).Should().BeTrue();
    });

    private sealed class NotifiedContext : SynchronizationContext
    {
        public NotifiedContext() => SetWaitNotificationRequired();

        public int Notified { get; private set; }

        public override int Wait(IntPtr[] waitHandles, bool waitAll, int millisecondsTimeout)
        {
            Notified++;
            return CooperativeWaitHandle.WaitHelper(waitHandles, waitAll, millisecondsTimeout);
        }
    }
}
