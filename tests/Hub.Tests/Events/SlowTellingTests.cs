using FluentAssertions;
using Patchy.Events;
using Patchy.Linking;
using Xunit;

namespace Patchy.Tests.Events;

/// <summary>A Set on another thread that is held up, as by the scheduler, between the moment when the flag can be seen and the moment when the last one is told.</summary>
public sealed class SlowTellingTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    public static TheoryData<FiberKind, int> KindsAndPlaces()
    {
        var data = new TheoryData<FiberKind, int>();
        foreach (FiberKind kind in TestKinds.All)
            for (int place = 0; place <= 2; place++) data.Add(kind, place);
        return data;
    }

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(KindsAndPlaces))]
    public void L3_WaitThatFindsTheFlagSet_WhileOthersHaveStillToBeTold_ComesAfterThem(FiberKind kind, int place) => OnHub.RunSpawned(kind, () =>
    {
        var flag = new NotifyingFlag(new Event());
        var order = new List<string>();
        using var slow = new SlowLink();
        var all = new List<Greenlet>();
        for (int i = 0; i <= 2; i++)
        {
            if (i == place) flag.Link(slow);
            int number = i;
            all.Add(Greenlet.Spawn(() => { flag.Wait(Deadline.Never); order.Add($"{number}"); }));
            Greenlet.Yield();
        }
        ForeignThread setter = ForeignThread.Start(flag.Set);
        slow.AwaitTold();
        flag.IsSet.Should().BeTrue();
        all.Add(Greenlet.Spawn(() => { flag.Wait(Deadline.Never); order.Add("late"); }));
        for (int turn = 0; turn < 5; turn++) Greenlet.Yield();
        slow.Go();
        setter.Finish();
        Greenlet.JoinAll(all, s_long).Should().HaveCount(4);
        order.Should().Equal("0", "1", "2", "late");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L2_Clear_WhileOthersHaveStillToBeTold_TakesNothingFromThem(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var flag = new NotifyingFlag(new Event());
        using var slow = new SlowLink();
        flag.Link(slow);
        Greenlet<bool> first = Greenlet.Spawn(() => flag.Wait(Deadline.In(TimeSpan.FromSeconds(2)))); // it is to wait when it is set
        Greenlet.Yield();
        ForeignThread setter = ForeignThread.Start(flag.Set);
        slow.AwaitTold();
        Greenlet<bool> second = Greenlet.Spawn(() => flag.Wait(Deadline.In(TimeSpan.FromMilliseconds(50))));
        Greenlet.Yield();
        flag.Clear();
        Greenlet<bool> third = Greenlet.Spawn(() => flag.Wait(Deadline.In(TimeSpan.FromMilliseconds(50))));
        Greenlet.JoinAll(first, second, third);
        slow.Go();
        setter.Finish();
        (first.Get(), second.Get(), third.Get()).Should().Be((true, true, false), "for two of them it was set while they waited");
        flag.LinkCount.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Wait_OfOthersThanGreenlets_WhileThoseHaveStillToBeTold_ReturnsAtOnce(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var flag = new NotifyingFlag(new Event());
        using var slow = new SlowLink();
        flag.Link(slow);
        Greenlet first = Greenlet.Spawn(() => flag.Wait(Deadline.Never));
        Greenlet.Yield();
        ForeignThread setter = ForeignThread.Start(flag.Set);
        slow.AwaitTold();
        bool native = false, callback = false;
        ForeignThread.Start(() => native = flag.Wait(Deadline.Never)).Finish();
        Hub.Current.RunCallback(() => callback = flag.Wait(Deadline.Never));
        Greenlet.Yield();
        (native, callback, flag.Wait(Deadline.In(TimeSpan.Zero))).Should().Be((true, true, true));
        first.Dead.Should().BeFalse();
        slow.Go();
        setter.Finish();
        first.Join();
    });

    /// <summary>Holds up whoever tells it.</summary>
    private sealed class SlowLink : Link, IDisposable
    {
        private readonly ManualResetEventSlim _told = new(), _go = new();

        public override bool Wake()
        {
            _told.Set();
            return _go.Wait(s_long);
        }

        /// <summary>Keeps the carrier: nobody else's turn comes meanwhile.</summary>
        public void AwaitTold()
        {
            while (!_told.IsSet) NativeBlock.Milliseconds(1);
        }

        public void Go() => _go.Set();

        public void Dispose()
        {
            _told.Dispose();
            _go.Dispose();
        }

        internal override void Deliver(Hub hub) => throw new NotSupportedException();

        internal override void Fire(Hub hub) => throw new NotSupportedException();
    }
}
