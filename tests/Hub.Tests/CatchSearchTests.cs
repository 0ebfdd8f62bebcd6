using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

/// <summary>Who deals with a kill: gevent's GreenletExit is no Exception, so that general handlers and libraries that wrap errors do not meet it. Here they do.</summary>
public sealed class CatchSearchTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_FilterForAnotherTypeOnTheWay_IsNotOver(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int swallowed = 0;
        Greenlet greenlet = Killed(() =>
        {
            try
            {
                try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
                catch (IOException e) when (e.HResult != 0) { }
            }
            catch (Exception) { swallowed++; }
            Greenlet.Sleep(TimeSpan.FromSeconds(30));
        });
        swallowed.Should().Be(1);
        greenlet.Successful.Should().BeTrue("the filter asks for another type, so nobody has dealt with the kill");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_GeneralFilterThatTakesIt_IsNotOver(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int swallowed = 0;
        Greenlet greenlet = Killed(() =>
        {
            try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
            catch (Exception e) when (e is not OperationCanceledException) { swallowed++; }
            Greenlet.Sleep(TimeSpan.FromSeconds(30));
        });
        swallowed.Should().Be(1);
        greenlet.Successful.Should().BeTrue("a general handler cannot swallow a kill, with a filter or without");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_FilterThatAsksForItsType_IsOver(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool wentOn = false;
        Killed(() =>
        {
            try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
            catch (Exception e) when (e is GreenletExit or TimeoutException) { }
            Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
            wentOn = true;
        });
        wentOn.Should().BeTrue("gevent: a greenlet may refuse to die");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_FilterThatOnlyLooks_LeavesItToTheNextHandler(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool wentOn = false;
        var seen = new List<string>();
        Killed(() =>
        {
            try
            {
                try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
                catch (Exception e) when (Log(e)) { }
            }
            catch (GreenletExit) { }
            Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
            wentOn = true;
        });
        seen.Should().Equal(nameof(GreenletExit));
        wentOn.Should().BeTrue("the handler behind the filter names the type");

        bool Log(Exception e)
        {
            seen.Add(e.GetType().Name);
            return false;
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_WrappedOnTheWay_IsStillNoError(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet greenlet = Killed(() =>
        {
            try
            {
                try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
                catch (Exception e) { throw new IOException("as NetworkStream does", e); }
            }
            catch (Exception e) { throw new InvalidOperationException("as a database driver does", e); }
        });
        greenlet.Successful.Should().BeTrue("the greenlet ended of the kill, whatever a library made of it on the way");
        greenlet.Exception.Should().BeNull();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Kill_AnotherErrorDuringIt_IsAnError(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        Greenlet greenlet = Killed(() =>
        {
            try { Greenlet.Sleep(TimeSpan.FromSeconds(30)); }
            finally { Fail(); }
        });
        greenlet.Exception.Should().BeOfType<InvalidOperationException>("gevent: what is raised in a finally block takes the place of GreenletExit");

        static void Fail() => throw new InvalidOperationException("of its own");
    });

    private static Greenlet Killed(Action body)
    {
        Greenlet greenlet = Greenlet.Spawn(body);
        Greenlet.Yield();
        greenlet.Kill();
        greenlet.Dead.Should().BeTrue();
        return greenlet;
    }
}
