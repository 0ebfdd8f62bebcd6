using System.Runtime.CompilerServices;
using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

public sealed class GreenletLocalTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Value_IsOnesOwnInEachGreenlet(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var local = new GreenletLocal<int>();
        local.Value = -1;
        Greenlet<bool>[] all = [.. Enumerable.Range(0, 50).Select(i => Greenlet.Spawn(() =>
        {
            bool fresh = local.Value == 0 && !local.IsValueCreated;
            local.Value = i;
            for (int round = 0; round < 3; round++) Greenlet.Yield();
            return fresh && local.Value == i;
        }))];
        Greenlet.JoinAll([.. all]);
        all.Should().OnlyContain(greenlet => greenlet.Value, "also on a stack that another greenlet had before");
        Greenlet.Spawn(() => local.Value).Get().Should().Be(0, "the next greenlet on a pooled stack begins without");
        local.Value.Should().Be(-1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Factory_IsCalledOnceAGreenletAndMayWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int made = 0;
        var local = new GreenletLocal<string>(() => { int number = ++made; Greenlet.Yield(); return $"value {number}"; });
        Greenlet<string>[] all = [.. Enumerable.Range(0, 3).Select(i => Greenlet.Spawn(() => { _ = local.Value; return local.Value; }))];
        Greenlet.JoinAll([.. all]);
        all.Select(g => g.Value).Should().BeEquivalentTo("value 1", "value 2", "value 3");
        made.Should().Be(3);
        local.Clear();
        local.Value.Should().Be("value 4");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Factory_ThatThrowsOrAsksForItself_LeavesNoValue(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int calls = 0;
        var failing = new GreenletLocal<int>(() => ++calls == 1 ? throw new FormatException() : calls);
        failing.Invoking(l => l.Value).Should().Throw<FormatException>();
        failing.IsValueCreated.Should().BeFalse();
        failing.Value.Should().Be(2);
        GreenletLocal<int>? recursive = null;
        recursive = new GreenletLocal<int>(() => recursive!.Value);
        recursive.Invoking(l => l.Value).Should().Throw<InvalidOperationException>("as ThreadLocal");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Value_OnNativeThreads_IsThatThreads(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var local = new GreenletLocal<int> { Value = 1 };
        int seen = -1, set = -1;
        var native = new Thread(() => { seen = local.Value; local.Value = 5; set = local.Value; });
        native.StartNatively();
        native.Join();
        (seen, set, local.Value).Should().Be((0, 5, 1));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Value_IsFreedWithTheGreenlet(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var local = new GreenletLocal<object>();
        var greenlets = new List<Greenlet>();
        WeakReference held = SetInAGreenlet(local, greenlets);
        for (int i = 0; i < 20 && held.IsAlive; i++)
        {
            for (int j = 0; j < 4; j++) Greenlet.Spawn(() => { }).Join();
            GC.Collect();
        }
        held.IsAlive.Should().BeFalse("gevent: the values go when the greenlet has ended, even when the greenlet itself is kept");
        GC.KeepAlive(greenlets);
        GC.KeepAlive(local);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void ValuesOf_ShowsWhatAGreenletHas(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var number = new GreenletLocal<int>();
        var text = new GreenletLocal<string>();
        Greenlet greenlet = Greenlet.Spawn(() => { number.Value = 7; text.Value = "seven"; Greenlet.Sleep(TimeSpan.FromSeconds(30)); });
        Greenlet.Yield();
        GreenletLocal.ValuesOf(greenlet).Should().BeEquivalentTo(new Dictionary<object, object?> { [number] = 7, [text] = "seven" });
        text.Dispose();
        GreenletLocal.ValuesOf(greenlet).Keys.Should().Equal(number);
        greenlet.Kill();
        GreenletLocal.ValuesOf(greenlet).Should().BeEmpty();
        text.Invoking(l => l.Value).Should().Throw<ObjectDisposedException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Slot_UsedAgain_ShowsNothingOfTheFormerLocal(FiberKind kind) => OnHub.Run(kind, () =>
    {
        for (int i = 0; i < 10; i++)
        {
            var local = new GreenletLocal<string>();
            local.IsValueCreated.Should().BeFalse();
            local.Value = "old";
            local.Dispose();
            var other = new GreenletLocal<int>();
            other.Value.Should().Be(0);
            other.Dispose();
        }
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference SetInAGreenlet(GreenletLocal<object> local, List<Greenlet> kept)
    {
        WeakReference? held = null;
        Greenlet greenlet = Greenlet.Spawn(() => { object value = new(); local.Value = value; held = new WeakReference(value); });
        kept.Add(greenlet);
        greenlet.Join();
        return held!;
    }
}
