using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

public sealed class GreenletLinkTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void K7_RawLink_SeveralAndAJoiner_RunInTheOrderOfRegistrationEachOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: links and joiners are one list (join is a rawlink of the joiner's switch).
        var order = new List<string>();
        var end = new Patchy.Events.Event();
        Greenlet target = Greenlet.Spawn(() => end.Wait());
        target.RawLink(source => order.Add(source == target ? "first" : "wrong source"));
        Greenlet joiner = Greenlet.Spawn(() => { target.Join(); order.Add("joiner"); });
        Greenlet.Yield();
        target.RawLink(_ => order.Add("last"));
        target.HasLinks.Should().BeTrue();
        end.Set();
        target.Join();
        joiner.Join();
        Until(() => order.Count == 3);
        order.Should().Equal("first", "joiner", "last");
        target.HasLinks.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K7_RawLink_AfterTheEnd_FiresAsynchronously(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet target = Greenlet.Spawn(() => { });
        target.Join();
        bool? runningSeen = null;
        target.RawLink(_ => runningSeen = Greenlet.Running is not null);
        runningSeen.Should().BeNull("gevent: also a late link fires from the hub, never from rawlink itself");
        Until(() => runningSeen is not null);
        runningSeen.Should().BeFalse("it runs in the hub, not in a greenlet");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K7_Unlink_OfALaterLinkByAnEarlierOne_IsNotCalled(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var order = new List<string>();
        Greenlet target = Greenlet.Spawn(() => { });
        Action<ILinkable> later = _ => order.Add("later");
        target.RawLink(source =>
        {
            order.Add("earlier");
            source.Unlink(later);
        });
        target.RawLink(later);
        target.RawLink(_ => order.Add("last"));
        Until(() => order.Count >= 2);
        order.Should().Equal("earlier", "last");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K7_Unlink_OneOfTwoEqualCallbacks_TakesTheFirstOnly(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int calls = 0;
        Action<ILinkable> callback = _ => calls++;
        Greenlet target = Greenlet.Spawn(() => { });
        target.RawLink(callback);
        target.RawLink(callback);
        target.Unlink(callback);
        target.Unlink(_ => { }); // gevent: unlinking what is not linked is no error
        Until(() => calls > 0);
        calls.Should().Be(1, "list.remove takes one");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void UnlinkAll_BeforeTheEnd_CallsNoneAndLeavesJoinersAlone(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int calls = 0;
        Greenlet target = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromMilliseconds(10)));
        Greenlet joiner = Greenlet.Spawn(target.Join);
        target.RawLink(_ => calls++);
        Greenlet.Yield();
        target.UnlinkAll();
        joiner.Join();
        Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
        calls.Should().Be(0);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K7_RawLink_FromAnotherHub_RunsOnTheLinkersHub(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet target = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromMilliseconds(30)));
        Hub? calledOn = null, linkedOn = null;
        ForeignThread other = ForeignThread.Start(() => OnHub.Run(kind, () =>
        {
            linkedOn = Hub.OfThisThreadOrNull();
            target.RawLink(_ => calledOn = Hub.OfThisThreadOrNull());
            while (calledOn is null) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        }));
        other.Finish();
        calledOn.Should().NotBeNull().And.BeSameAs(linkedOn);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K7_RawLink_FromANativeThreadWithoutAHub_RunsOnTheGreenletsHub(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Greenlet target = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromMilliseconds(30)));
        Hub? calledOn = null, madeThere = null;
        var native = new Thread(() =>
        {
            target.RawLink(_ => calledOn = Hub.OfThisThreadOrNull());
            madeThere = Hub.OfThisThreadOrNull();
        });
        native.StartNatively();
        while (native.IsAlive) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        target.Join();
        Until(() => calledOn is not null);
        madeThere.Should().BeNull("linking makes no hub");
        calledOn.Should().BeSameAs(target.Hub);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Link_RunsInAGreenletOfItsOwnThatMayWait(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: link, unlike rawlink, runs the callback in a greenlet; link_value and link_exception filter.
        using var quiet = new QuietErrors();
        var log = new List<string>();
        Greenlet good = Greenlet.Spawn(() => { });
        Greenlet bad = Greenlet.Spawn(() => throw new FormatException());
        foreach (Greenlet greenlet in new[] { good, bad })
        {
            string name = greenlet == good ? "good" : "bad";
            greenlet.Link(source =>
            {
                Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
                log.Add($"{name} link {source == greenlet} {Greenlet.Current != null}");
            });
            greenlet.LinkValue(_ => log.Add($"{name} value"));
            greenlet.LinkException(source => log.Add($"{name} exception {source.Exception!.GetType().Name}"));
        }
        Greenlet.JoinAll(good, bad);
        Until(() => log.Count >= 4);
        log.Should().BeEquivalentTo("good value", "bad exception FormatException", "good link True True", "bad link True True");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Link_ThenUnlink_IsNotCalled(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int calls = 0;
        Action<Greenlet> callback = _ => calls++;
        Greenlet greenlet = Greenlet.Spawn(() => { });
        greenlet.Link(callback);
        greenlet.LinkValue(callback);
        greenlet.Unlink(callback);
        Until(() => calls > 0);
        calls.Should().Be(1);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void K7_RawLink_ThatThrows_IsReportedAndTheOthersAreCalled(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        bool called = false;
        Greenlet greenlet = Greenlet.Spawn(() => { });
        greenlet.RawLink(_ => throw new FormatException());
        greenlet.RawLink(_ => called = true);
        Until(() => called);
        called.Should().BeTrue("E4: errors in links never stop the other links");
        quiet.Seen.Should().ContainSingle().Which.Exception.Should().BeOfType<FormatException>();
    });

    /// <summary>And a moment more, for what must not come.</summary>
    private static void Until(Func<bool> condition)
    {
        for (int turn = 0; turn < 10_000 && !condition(); turn++) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); // one whose time has passed before it waits lets nobody run
        Greenlet.Sleep(TimeSpan.FromMilliseconds(5));
    }
}
