using FluentAssertions;
using Patchy.Fibers;
using Xunit;

namespace Patchy.Tests.Threading;

public sealed class SpinWaitTests
{
    private static readonly GreenSync s_sync = new();

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void SpinOnce_Counts_AsNatively(FiberKind kind) => OnHub.Run(kind, () =>
    {
        SpinWait native = default, green = default;
        for (int i = 0; i < 40; i++)
        {
            native.SpinOnce(-1);
            s_sync.SpinOnce(ref green, -1);
            green.Count.Should().Be(native.Count);
            green.NextSpinWillYield.Should().Be(native.NextSpinWillYield);
        }
    });

    [Theory, MemberData(nameof(Kinds)),]
    public void SpinOnce_ForAnotherGreenletsProgress_Ends(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool done = false;
        Greenlet worker = Greenlet.Spawn(() => { for (int i = 0; i < 3; i++) Greenlet.Yield(); s_sync.Sleep(5); Volatile.Write(ref done, true); });
        SpinWait spinner = default;
        while (!Volatile.Read(ref done)) s_sync.SpinOnce(ref spinner, -1);
        worker.Join();
        spinner.Count.Should().BeGreaterThan(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void SpinOnce_BeyondTheThreshold_Sleeps(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int ticks = 0;
        bool stop = false;
        Greenlet other = Greenlet.Spawn(() => { while (!stop) { s_sync.Sleep(1); ticks++; } });
        SpinWait spinner = default;
        for (int i = 0; i < 20; i++) s_sync.SpinOnce(ref spinner, 20);
        long began = Environment.TickCount64;
        for (int i = 0; i < 20; i++) s_sync.SpinOnce(ref spinner, 20);
        (Environment.TickCount64 - began).Should().BeGreaterThanOrEqualTo(19, "each of them sleeps a millisecond");
        stop = true;
        other.Join();
        ticks.Should().BeGreaterThan(5);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void SpinOnce_WithAKillPending_RaisesNothing(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool spun = false, slept = false;
        Greenlet doomed = Greenlet.Spawn(() =>
        {
            Greenlet me = Greenlet.Running!;
            while (!me.HasPending) Hub.Yield();
            SpinWait spinner = default;
            for (int i = 0; i < 30; i++) s_sync.SpinOnce(ref spinner, 20);
            spun = true;
            s_sync.Sleep(1);
            slept = true;
        });
        Greenlet.Yield();
        doomed.Kill();
        spun.Should().BeTrue("the BCL spins where nothing may be thrown");
        slept.Should().BeFalse("the kill waited for the next wait that may throw");
    });
}
