using FluentAssertions;
using Patchy.Events;
using Xunit;

namespace Patchy.Tests.Events;

public sealed class AsyncResultTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void L4_Set_GivesTheValueToAllWhoWaitInTheirOrder(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var result = new AsyncResult<int>();
        var order = new List<string>();
        Greenlet[] all = [.. Enumerable.Range(0, 3).Select(i => Greenlet.Spawn(() => { int got = result.Get(); order.Add($"{i}: {got}"); }))];
        Greenlet.Yield();
        result.Ready.Should().BeFalse();
        result.LinkCount.Should().Be(3);
        result.Set(7);
        order.Should().BeEmpty("set never switches");
        (result.Ready, result.Successful, result.Value, result.Exception).Should().Be((true, true, 7, null));
        result.Get().Should().Be(7);
        order.Should().BeEmpty("gevent: get() of one that is ready does not wait its turn");
        result.Wait().Should().Be(7);
        order.Should().Equal("0: 7", "1: 7", "2: 7");
        Greenlet.JoinAll(all);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L4_SetException_IsRaisedByGetAndNotByWait(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var result = new AsyncResult<string>();
        var error = new FormatException("mine");
        Greenlet<string?> waits = Greenlet.Spawn(() => result.Wait());
        Greenlet<Exception?> gets = Greenlet.Spawn(() => Caught(() => result.Get()));
        Greenlet.Yield();
        result.SetException(error);
        waits.Get().Should().BeNull("gevent: wait() gives None for an error");
        gets.Get().Should().BeSameAs(error);
        Caught(() => result.GetNoWait()).Should().BeSameAs(error);
        Caught(() => result.TryGet(out _, s_long)).Should().BeSameAs(error);
        (result.Ready, result.Successful, result.Value).Should().Be((true, false, null));
        result.Exception.Should().BeSameAs(error);
        ((Action)(() => result.SetException(null!))).Should().Throw<ArgumentNullException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L4_SecondSet_OverwritesAndAValueIsStrongerThanAnError(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var result = new AsyncResult<int>();
        Greenlet<int> waiter = Greenlet.Spawn(() => result.Get());
        Greenlet.Yield();
        result.Set(1);
        result.Set(2);
        waiter.Get().Should().Be(2, "gevent: who waits reads it when it runs");
        var error = new FormatException();
        result.SetException(error);
        (result.Get(), result.Successful).Should().Be((2, true), "gevent: get() looks at the value first");
        result.Exception.Should().BeSameAs(error);
        var failed = new AsyncResult<int>();
        failed.SetException(error);
        failed.Set(3);
        failed.Get().Should().Be(3);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L4_Get_WhoseTimePasses_RaisesATimeout_AndWaitIsFalse(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var result = new AsyncResult<int>();
        bool ran = false;
        Greenlet other = Greenlet.Spawn(() => ran = true);
        Caught(() => result.GetNoWait()).Should().BeOfType<GreenletTimeout>();
        Caught(() => result.Get(block: false)).Should().BeOfType<GreenletTimeout>();
        result.TryGet(out _, TimeSpan.Zero).Should().BeFalse();
        ran.Should().BeFalse("nothing of this waits");
        for (TimeSpan time = s_short; !ran && time < s_long; time *= 4) // on a slow machine a short time has passed before the wait: then nobody runs
            Caught(() => result.Get(time)).Should().BeOfType<GreenletTimeout>().Which.Duration.Should().Be(time);
        ran.Should().BeTrue();
        result.Wait(s_short).Should().BeFalse();
        result.TryGet(out int value, s_short).Should().BeFalse();
        value.Should().Be(0);
        result.LinkCount.Should().Be(0);
        Caught(() => result.Get(TimeSpan.FromMilliseconds(-2))).Should().BeOfType<ArgumentOutOfRangeException>();
        Greenlet.Sleep(s_short); // a timeout that only reports is not raised again
        other.Join();
        result.Set(4);
        result.TryGet(out value, s_short).Should().BeTrue();
        value.Should().Be(4);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void T5_Get_WithATimeoutOfOnesOwn_RaisesThatVeryOne(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var result = new AsyncResult<int>();
        var timeout = new GreenletTimeout(s_short); // not started: the wait does it
        Caught(() => result.Get(timeout)).Should().BeSameAs(timeout);
        result.Wait(GreenletTimeout.Start(s_short)).Should().BeFalse();
        Greenlet.Sleep(s_short); // nothing is left of them to be raised
        result.Set(2);
        result.Get(GreenletTimeout.Start(s_long)).Should().Be(2);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void L4_CopyFrom_TakesOverHowAGreenletEnds(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        using var quiet = new QuietErrors();
        AsyncResult<int> value = new(), error = new(), killed = new(), copy = new(), late = new();
        var failure = new FormatException();
        Greenlet<int> works = Greenlet.Spawn(() => { Greenlet.Yield(); return 5; });
        Greenlet<int> fails = Greenlet.Spawn(() => Throw(failure));
        Greenlet<int> dies = Greenlet.Spawn(() => { Greenlet.Sleep(s_long); return 6; });
        value.CopyFrom(works);
        copy.CopyFrom(value);
        error.CopyFrom(fails);
        killed.CopyFrom(dies);
        copy.Get().Should().Be(5);
        Caught(() => error.Get()).Should().BeSameAs(failure);
        dies.Kill();
        killed.Wait(s_long).Should().BeTrue();
        (killed.Successful, killed.Value).Should().Be((true, 0), "gevent: being killed counts as success");
        late.CopyFrom(works);
        late.Get().Should().Be(5, "gevent: linking to one that has ended still fires");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void RawLink_IsCalledOnceWithTheResult(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var result = new AsyncResult<int>();
        var seen = new List<ILinkable>();
        void Never(ILinkable source) => throw new InvalidOperationException("unlinked");
        result.RawLink(seen.Add);
        result.RawLink(Never);
        result.Unlink(Never);
        result.Set(1);
        seen.Should().BeEmpty();
        Greenlet.Yield();
        result.Set(2);
        Greenlet.Yield();
        seen.Should().Equal(result);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Get_OfOneThatIsKilled_LosesNothingForTheOthers(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var result = new AsyncResult<int>();
        Greenlet<int> killed = Greenlet.Spawn(() => result.Get());
        Greenlet<int> other = Greenlet.Spawn(() => result.Get());
        Greenlet.Yield();
        killed.Kill();
        result.LinkCount.Should().Be(1);
        result.Set(3);
        other.Get().Should().Be(3);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S7_InACallbackOfTheHub_SetWorks_AGetThatWouldBlockThrows(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var result = new AsyncResult<int>();
        Exception? thrown = null;
        int got = 0;
        Greenlet.Running!.Hub.RunCallback(_ =>
        {
            thrown = Caught(() => result.Get());
            result.Set(8);
            got = result.Get();
        }, null);
        result.Get().Should().Be(8);
        thrown.Should().BeOfType<BlockingSwitchOutException>();
        got.Should().Be(8);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void AsTask_EndsWithTheFirstOutcome_AlsoWhenItIsSetByANativeThread(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        AsyncResult<int> value = new(), error = new();
        Task<int> task = value.AsTask(), failed = error.AsTask();
        value.AsTask().Should().BeSameAs(task);
        async Task<int> Await() => await value + 1;
        Task<int> awaiting = Await();
        task.IsCompleted.Should().BeFalse();
        var failure = new FormatException();
        ForeignThread.Start(() => { value.Set(5); error.SetException(failure); }).Finish();
        value.Set(6);
        while (!awaiting.IsCompleted) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        task.Result.Should().Be(5);
        awaiting.Result.Should().BeOneOf([6], "a task cannot change");
        failed.Exception!.InnerException.Should().BeSameAs(failure);
        value.AsTask().Result.Should().Be(5);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X3_SetByANativeThread_ReachesTwoHubsAndANativeThread(FiberKind kind) => OnHub.RunSpawned(kind, () =>
    {
        var result = new AsyncResult<int>(); // gevent: within one thread only
        int sum = 0;
        void Take() => Interlocked.Add(ref sum, result.Get());
        ForeignThread native = ForeignThread.Start(Take);
        ForeignThread hub = ForeignThread.StartHub(kind, () => Greenlet.JoinAll([.. Enumerable.Range(0, 5).Select(_ => Greenlet.Spawn(Take))]));
        Greenlet[] own = [.. Enumerable.Range(0, 5).Select(_ => Greenlet.Spawn(Take))];
        while (result.LinkCount < 11) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        ForeignThread.Start(() => result.Set(3)).Finish();
        Greenlet.JoinAll(own);
        native.Finish();
        hub.Finish();
        sum.Should().Be(33);
    });

    private static int Throw(Exception exception) => throw exception;

    private static Exception? Caught(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
