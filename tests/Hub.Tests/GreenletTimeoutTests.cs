using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

public sealed class GreenletTimeoutTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Start_TimePassesInAWait_RaisesThatInstanceThere(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using GreenletTimeout timeout = GreenletTimeout.Start(TimeSpan.FromMilliseconds(5));
        ((Action)(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)))).Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(timeout);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Dispose_BeforeTheTime_NothingIsRaised(FiberKind kind) => OnHub.Run(kind, () =>
    {
        GreenletTimeout timeout = GreenletTimeout.Start(TimeSpan.FromMilliseconds(5));
        timeout.Pending.Should().BeTrue();
        timeout.Dispose();
        timeout.Pending.Should().BeFalse();
        ((Action)(() => Greenlet.Sleep(TimeSpan.FromMilliseconds(20)))).Should().NotThrow();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Start_Nested_TheOneThatIsDueFirstIsRaised(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using GreenletTimeout outer = GreenletTimeout.Start(TimeSpan.FromMilliseconds(5));
        using GreenletTimeout inner = GreenletTimeout.Start(TimeSpan.FromSeconds(30));
        ((Action)(() => Greenlet.Sleep(TimeSpan.FromSeconds(30)))).Should().Throw<GreenletTimeout>().Which.Should().BeSameAs(outer, "gevent: identity tells whose timeout it is");
        inner.Pending.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Run_WrappedOnTheWay_RaisesTheTimeoutItself(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Action act = () => GreenletTimeout.Run(TimeSpan.FromMilliseconds(5), () =>
        {
            try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
            catch (Exception exception) { throw new IOException("as NetworkStream does", exception); }
            return 0;
        });
        act.Should().Throw<GreenletTimeout>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Start_SwallowedByAGeneralCatch_ComesAgainUntilTheScopeIsLeft(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int raised = 0;
        using (GreenletTimeout.Start(TimeSpan.FromMilliseconds(5)))
        {
            for (int i = 0; i < 2; i++)
            {
                try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
                catch (Exception) { raised++; }
            }
        }
        raised.Should().Be(2);
        ((Action)(() => Greenlet.Sleep(TimeSpan.FromMilliseconds(5)))).Should().NotThrow("the scope is left");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Start_CaughtByItsType_IsOver(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using GreenletTimeout timeout = GreenletTimeout.Start(TimeSpan.FromMilliseconds(5));
        bool caught = false;
        try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
        catch (GreenletTimeout) { caught = true; }
        caught.Should().BeTrue();
        ((Action)(() => Greenlet.Sleep(TimeSpan.FromMilliseconds(5)))).Should().NotThrow("it has been dealt with");
    });
}
