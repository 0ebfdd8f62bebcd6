using System.Diagnostics;
using FluentAssertions;
using Patchy.Diagnostics;
using Xunit;

namespace Patchy.Tests.Diagnostics;

/// <summary>gevent.util.assert_switches, with gevent's own examples first.</summary>
public sealed class AssertSwitchesTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(20), s_long = TimeSpan.FromSeconds(20);

    public static TheoryData<FiberKind> Kinds => [.. TestKinds.All];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Dispose_NothingSwitched_Throws(FiberKind kind) => OnHub.Run(kind, () =>
        FluentActions.Invoking(static () => { using (AssertSwitches.Start()) { } }).Should().Throw<FailedToSwitchException>("gevent: AssertionError, nothing switched")
            .WithMessage("main greenlet*has not let any greenlet run in *seconds*"));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Dispose_SomethingSwitched_IsSilent(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int ran = 0;
        Greenlet other = Greenlet.Spawn(() => ran++);
        using (AssertSwitches.Start()) Greenlet.Yield();
        ran.Should().Be(1);
        other.Join();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Dispose_WithATimeAndFast_IsSilentAlthoughNothingSwitched(FiberKind kind) => OnHub.Run(kind, () =>
        FluentActions.Invoking(static () => { using (AssertSwitches.Start(s_long)) { } }).Should().NotThrow("gevent: nothing switched, but it happened very fast"));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Dispose_AnotherGreenletKeptTheCarrier_NamesIt(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet hog = Greenlet.Spawn(() => Compute(s_short * 25)); // longer than any pause of the machine in one of the main greenlet's slices
        hog.Name = "the hog";
        Action scope = () => { using (AssertSwitches.Start(s_short)) hog.Join(); };
        scope.Should().Throw<FailedToSwitchException>().WithMessage("the hog has not let any greenlet run for * seconds (max allowed 0.0200 seconds).");
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Dispose_OwnSliceTooLong_Throws(FiberKind kind) => OnHub.Run(kind, () =>
        FluentActions.Invoking(static () => { using (AssertSwitches.Start(s_short)) Compute(s_short * 2); }).Should().Throw<FailedToSwitchException>()
            .WithMessage("main greenlet*"));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Dispose_LongSleepOfAll_IsNobodysSlice(FiberKind kind) => OnHub.Run(kind, () =>
    {
        TimeSpan most = TimeSpan.FromMilliseconds(500);
        Action scope = () => { using (AssertSwitches.Start(most)) Greenlet.Sleep(most * 2); };
        scope.Should().NotThrow("the hub sleeps, nobody keeps the carrier");
        scope = () => { using (AssertSwitches.Start(most, hubOnly: true)) Greenlet.Sleep(most * 2); };
        scope.Should().NotThrow();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Dispose_CodeHasThrown_ItsExceptionIsNotHidden(FiberKind kind) => OnHub.Run(kind, () =>
        FluentActions.Invoking(static () => { using (AssertSwitches.Start()) throw new FormatException("mine"); })
            .Should().Throw<FormatException>("gevent checks only if there was no exception").WithMessage("mine"));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Scopes_NestedAndOfSeveralGreenlets_MeasureEachTheirOwn(FiberKind kind) => OnHub.Run(kind, () =>
    {
        FailedToSwitchException? inner = null;
        Greenlet other = Greenlet.Spawn(() => { using (AssertSwitches.Start(s_long)) for (int i = 0; i < 300; i++) Greenlet.Yield(); });
        Greenlet nesting = Greenlet.Spawn(() => // spawned: the main greenlet would be relieved while it computes and others are ready
        {
            using (AssertSwitches.Start(s_long))
            {
                Greenlet.Yield();
                try
                {
                    using (AssertSwitches.Start(s_short)) Compute(s_short * 2);
                }
                catch (FailedToSwitchException exception)
                {
                    inner = exception;
                }
                Greenlet.Yield();
            }
        });
        nesting.Get();
        inner.Should().NotBeNull("the inner scope allows less");
        other.Get();
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Dispose_OnAnotherGreenlet_IsRefused(FiberKind kind) => OnHub.Run(kind, () =>
    {
        AssertSwitches scope = AssertSwitches.Start(s_long);
        Greenlet other = Greenlet.Spawn(() => FluentActions.Invoking(scope.Dispose).Should().Throw<InvalidOperationException>());
        other.Get();
        scope.Dispose();
        scope.Dispose();
    });

    [Fact]
    public void Start_TimeNotAboveZero_Throws()
    {
        FluentActions.Invoking(static () => AssertSwitches.Start(TimeSpan.Zero)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(static () => AssertSwitches.Start(TimeSpan.FromSeconds(-1))).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static void Compute(TimeSpan time)
    {
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < time) Thread.SpinWait(100);
    }
}
