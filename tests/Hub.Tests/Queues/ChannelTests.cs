using FluentAssertions;
using Patchy.Queues;
using Xunit;

namespace Patchy.Tests.Queues;

/// <summary>Rule Q5. The orders are those that gevent 22.10.2 printed.</summary>
public sealed class ChannelTests
{
    private static readonly string[] s_geventsOrder = ["did 0", "put 1", "got 1", "get", "did 1", "put 2", "got 2", "did 2"];

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Q5_Order_PutterFirst_AsInGevent(FiberKind kind) => OnHub.Run(kind, () =>
    {
        List<string> log = Meet(putterFirst: true);
        log.Should().Equal(["put 0", "get", "got 0", "get", .. s_geventsOrder]);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q5_Order_GetterFirst_AsInGevent(FiberKind kind) => OnHub.Run(kind, () =>
    {
        List<string> log = Meet(putterFirst: false);
        log.Should().Equal(["get", "put 0", "got 0", "get", .. s_geventsOrder]);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q5_Order_SeveralOnEachSide_AsInGevent(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var log = new List<string>();
        var channel = new Channel<string>();
        Greenlet Put(string item) => Greenlet.Spawn(() => { channel.Put(item); log.Add($"did {item}"); });
        Greenlet Get(string name) => Greenlet.Spawn(() => log.Add($"{name} got {channel.Get()}"));
        Greenlet.JoinAll(Put("a"), Put("b"), Get("x"), Get("y"), Get("z"), Put("c"));
        log.Should().Equal("x got a", "did a", "y got b", "did b", "z got c", "did c");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q5_Put_BlocksUntilTheItemIsTaken(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var channel = new Channel<int>();
        bool put = false;
        Greenlet putter = Greenlet.Spawn(() => { channel.Put(1); put = true; });
        Till.Settled();
        put.Should().BeFalse();
        (channel.Count, channel.IsEmpty, channel.IsFull).Should().Be((0, true, true), "gevent: always empty and full");
        channel.Balance.Should().Be(1);
        channel.Get().Should().Be(1);
        putter.Join();
        channel.Balance.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q5_Balance_IsPuttersLessGetters(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var channel = new Channel<int>();
        Greenlet[] putters = [.. Enumerable.Range(0, 2).Select(i => Greenlet.Spawn(() => channel.Put(i)))];
        Greenlet.Yield();
        channel.Balance.Should().Be(2);
        Greenlet<int>[] getters = [.. Enumerable.Range(0, 5).Select(_ => Greenlet.Spawn(channel.Get))];
        Till.Settled();
        channel.Balance.Should().Be(-3);
        channel.ToString().Should().Be("Channel<Int32>(a channel, 3 waiting to get)");
        foreach (Greenlet<int> getter in getters) getter.Kill();
        channel.Balance.Should().Be(0);
        putters.Should().OnlyContain(p => p.Successful);
        getters.Take(2).Select(g => g.Value).Should().Equal(0, 1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q5_TryPutAndTryGet_MeetOnlyThoseThatWait_AndDoNotSwitch(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var channel = new Channel<int>();
        channel.TryPut(1).Should().BeFalse();
        channel.TryGet(out _).Should().BeFalse();
        ((Action)(() => channel.PutNoWait(1))).Should().Throw<QueueFullException>();
        ((Action)(() => channel.GetNoWait())).Should().Throw<QueueEmptyException>();
        Greenlet<int> getter = Greenlet.Spawn(channel.Get);
        Greenlet.Yield();
        int others = 0;
        Greenlet other = Greenlet.Spawn(() => others++);
        channel.TryPut(7).Should().BeTrue();
        channel.TryPut(8).Should().BeFalse("that getter is served");
        others.Should().Be(0);
        getter.Get().Should().Be(7);
        Greenlet putter = Greenlet.Spawn(() => channel.Put(9));
        Greenlet.Yield();
        channel.TryGet(out int item).Should().BeTrue();
        item.Should().Be(9);
        Greenlet.JoinAll(putter, other);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q5_TimedOutOrKilled_IsMetByNobody(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var channel = new Channel<int>();
        ((Action)(() => channel.Put(1, Till.Soon))).Should().Throw<QueueFullException>();
        ((Action)(() => channel.Get(Till.Soon))).Should().Throw<QueueEmptyException>();
        ((Action)(() => channel.Get(TimeSpan.FromSeconds(-3)))).Should().Throw<ArgumentOutOfRangeException>();
        Greenlet putter = Greenlet.Spawn(() => channel.Put(2)), getter = null!;
        Greenlet.Yield();
        putter.Kill();
        channel.TryGet(out _).Should().BeFalse("the killed putter's item is gone with it");
        getter = Greenlet.Spawn(() => channel.Get());
        Greenlet.Yield();
        getter.Kill();
        channel.TryPut(3).Should().BeFalse();
        channel.Balance.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q5_WithNativeThreads_BothBlockUntilTheyMeet(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var channel = new Channel<int>();
        var got = new List<int>();
        Native producer = Native.Start(() => { for (int i = 0; i < 200; i++) channel.Put(i); });
        for (int i = 0; i < 100; i++) got.Add(channel.Get());
        Native consumer = Native.Start(() => { for (int i = 0; i < 100; i++) got.Add(channel.Get()); });
        consumer.Finish();
        producer.Finish();
        got.Should().Equal(Enumerable.Range(0, 200));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Q5_Shutdown_EndsLoopsAndSendsPuttersAway(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var channel = new Channel<int>();
        var got = new List<int>();
        Greenlet loop = Greenlet.Spawn(() => { foreach (int item in channel) got.Add(item); });
        for (int i = 0; i < 3; i++) channel.Put(i);
        channel.Shutdown();
        loop.Join();
        loop.Successful.Should().BeTrue();
        got.Should().Equal(0, 1, 2);
        ((Action)(() => channel.Put(1))).Should().Throw<QueueShutDownException>();
        var other = new Channel<int>();
        Greenlet<bool> putter = Greenlet.Spawn(() =>
        {
            try { other.Put(1); return false; }
            catch (QueueShutDownException) { return true; }
        });
        Greenlet.Yield();
        other.Shutdown();
        putter.Get().Should().BeTrue();
    });

    private static List<string> Meet(bool putterFirst)
    {
        var log = new List<string>();
        var channel = new Channel<int>();
        void Put()
        {
            for (int i = 0; i < 3; i++)
            {
                log.Add($"put {i}");
                channel.Put(i);
                log.Add($"did {i}");
            }
        }
        void Get()
        {
            for (int i = 0; i < 3; i++)
            {
                log.Add("get");
                log.Add($"got {channel.Get()}");
            }
        }
        Greenlet first = Greenlet.Spawn(putterFirst ? Put : Get);
        Greenlet second = Greenlet.Spawn(putterFirst ? Get : Put);
        Greenlet.JoinAll(first, second);
        return log;
    }
}
