using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

public sealed class GreenletStartTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void K1_Start_AgainAndAfterTheEnd_IsIgnored(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: bool(g) is False, True after start(), False when it has ended; a further start() does nothing.
        int runs = 0;
        var greenlet = new Greenlet(() => { runs++; Greenlet.Yield(); });
        greenlet.Started.Should().BeFalse();
        greenlet.Start();
        greenlet.Start();
        greenlet.Started.Should().BeTrue("it is started from start() on, before it runs");
        Greenlet.Yield();
        greenlet.Start();
        greenlet.Join();
        greenlet.Started.Should().BeFalse();
        greenlet.Start();
        greenlet.StartLater(TimeSpan.Zero);
        Greenlet.Sleep(TimeSpan.FromMilliseconds(10));
        runs.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K1_Start_AfterAKill_IsIgnored(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool ran = false;
        var greenlet = new Greenlet(() => { ran = true; });
        greenlet.Kill();
        greenlet.Start();
        Greenlet.Sleep(TimeSpan.FromMilliseconds(10));
        ran.Should().BeFalse();
        greenlet.Dead.Should().BeTrue();
        greenlet.Started.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void StartLater_OthersRunUntilItsTime(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var order = new List<string>();
        Greenlet late = Greenlet.SpawnLater(TimeSpan.FromMilliseconds(50), () => order.Add("late"));
        Greenlet<int> later = Greenlet.SpawnLater(TimeSpan.FromMilliseconds(100), () => { order.Add("later"); return 7; });
        Greenlet now = Greenlet.Spawn(() => order.Add("now"));
        late.Started.Should().BeTrue("gevent: start_later counts as started");
        late.Start(); // ignored: it does not come forward
        now.Join();
        order.Should().Equal("now");
        later.Get().Should().Be(7);
        order.Should().Equal("now", "late", "later");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void StartLater_FromANativeThread_RunsOnTheGreenletsHub(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Hub? ranOn = null;
        var greenlet = new Greenlet(() => { ranOn = Hub.CurrentOrNull; });
        var native = new Thread(() => greenlet.StartLater(TimeSpan.FromMilliseconds(5)));
        native.StartNatively();
        greenlet.Join();
        ranOn.Should().BeSameAs(Hub.Current);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Run_Overridden_IsTheBody(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var counting = new CountingGreenlet();
        counting.Start();
        var doubling = new DoublingGreenlet(21);
        doubling.Start();
        doubling.Get().Should().Be(42);
        counting.Join();
        counting.Runs.Should().Be(1);
        counting.Name.Should().StartWith("CountingGreenlet-", "gevent names a greenlet after its class");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void SpawnCallback_IsCalledByTheStarterBeforeTheGreenletRuns(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var seen = new List<Greenlet>();
        Hub hub = Hub.Current;
        Action<Greenlet> callback = greenlet => { if (greenlet.Hub == hub) seen.Add(greenlet); }; // other tests may spawn elsewhere
        Greenlet.AddSpawnCallback(callback);
        Greenlet.AddSpawnCallback(callback);
        Greenlet spawned, made;
        try
        {
            spawned = Greenlet.Spawn(() => { });
            seen.Should().Equal([spawned], "gevent: callbacks are a set, called from start()");
            made = new Greenlet(() => { });
            seen.Should().HaveCount(1, "making one is not starting it");
            made.Start();
            made.Start();
            seen.Should().Equal(spawned, made);
        }
        finally
        {
            Greenlet.RemoveSpawnCallback(callback);
        }
        Greenlet.JoinAll(spawned, made, Greenlet.Spawn(() => { }));
        seen.Should().HaveCount(2);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void WrongUse_NullBodyAndNegativeDelay_AreRefused(FiberKind kind) => OnHub.Run(kind, () =>
    {
        FluentActions.Invoking(() => new Greenlet(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new Greenlet<int>(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => Greenlet.Spawn((Action)null!)).Should().Throw<ArgumentNullException>();
        var greenlet = new Greenlet(() => { });
        greenlet.Invoking(g => g.StartLater(TimeSpan.FromSeconds(-1))).Should().Throw<ArgumentOutOfRangeException>();
        greenlet.Started.Should().BeFalse();
    });
}
