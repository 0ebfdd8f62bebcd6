using System.Runtime.CompilerServices;
using FluentAssertions;
using Patchy.Threading;
using Xunit;

namespace Patchy.Tests.Threading;

public sealed class MonitorOwnerTests
{
    private static int Me => Environment.CurrentManagedThreadId;

    [Fact]
    public void IsSupported_OnThisRuntime_IsTrue() =>
        MonitorOwner.IsSupported.Should().BeTrue("else every contended lock costs a kernel thread; check the layout on this runtime");

    [Fact]
    public void Of_ThinLock_IsItsOwner()
    {
        object target = new();
        MonitorOwner.Of(target).Should().Be(MonitorOwner.Nobody);
        lock (target)
        {
            MonitorOwner.Of(target).Should().Be(Me);
            lock (target) MonitorOwner.Of(target).Should().Be(Me, "recursion is kept beside the owner");
        }
        MonitorOwner.Of(target).Should().Be(MonitorOwner.Nobody);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Of_InflatedLock_IsItsOwner(bool hashFirst)
    {
        object target = new();
        if (hashFirst) _ = RuntimeHelpers.GetHashCode(target);
        MonitorOwner.Of(target).Should().Be(MonitorOwner.Nobody);
        lock (target)
        {
            _ = RuntimeHelpers.GetHashCode(target);
            MonitorOwner.Of(target).Should().Be(Me);
            for (int i = 0; i < 100; i++) Monitor.Enter(target);
            MonitorOwner.Of(target).Should().Be(Me);
            for (int i = 0; i < 100; i++) Monitor.Exit(target);
        }
        MonitorOwner.Of(target).Should().Be(MonitorOwner.Nobody);
    }

    [Fact]
    public void Of_LockOfAnotherThread_IsThatThread()
    {
        object target = new();
        int owner = 0;
        using var taken = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            owner = Environment.CurrentManagedThreadId;
            lock (target)
            {
                taken.Set();
                leave.Wait();
            }
        });
        thread.StartNatively();
        taken.Wait();
        MonitorOwner.Of(target).Should().Be(owner);
        Monitor.TryEnter(target, 5).Should().BeFalse();
        MonitorOwner.Of(target).Should().Be(owner, "waiting for it has inflated it");
        leave.Set();
        thread.Join();
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Of_AnyShapeOfObject_Works(object target)
    {
        lock (target) MonitorOwner.Of(target).Should().Be(Me);
        MonitorOwner.Of(target).Should().Be(MonitorOwner.Nobody);
    }

    public static TheoryData<object> Shapes => [new object(), Array.Empty<byte>(), new int[7], new string('x', 3), new List<int>(), typeof(MonitorOwnerTests), new object[1, 2], 5];

    [Fact]
    public void Of_ManyInflatedObjectsWhileTheTableGrowsUnderGc_IsAlwaysTheOwner()
    {
        // The table of sync blocks is replaced when it grows and the old one freed by a GC.
        bool stop = false;
        var collector = new Thread(() => { while (!Volatile.Read(ref stop)) { GC.Collect(0); Thread.Sleep(1); } }) { IsBackground = true };
        collector.StartNatively();
        var kept = new List<object>();
        for (int i = 0; i < 20_000; i++)
        {
            object target = new();
            kept.Add(target);
            _ = RuntimeHelpers.GetHashCode(target);
            lock (target)
            {
                if (MonitorOwner.Of(target) != Me) throw new InvalidOperationException($"wrong owner at {i}");
            }
            MonitorOwner.Of(kept[i / 2]).Should().Be(MonitorOwner.Nobody);
        }
        Volatile.Write(ref stop, true);
        collector.Join();
        kept.Should().HaveCount(20_000);
    }
}
