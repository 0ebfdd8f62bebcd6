using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

/// <summary>Callbacks of the hub: rules S1, S2 and S7, and X1.</summary>
public sealed class HubCallbackTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public void S1_CallbacksAndGreenlets_ShareOneQueue(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: one deque a loop; a greenlet's switch is one of its callbacks.
        var order = new List<string>();
        Hub hub = Hub.Current;
        hub.RunCallback(() => order.Add("callback 1"));
        Greenlet.Spawn(() => { order.Add("greenlet 2"); Greenlet.Yield(); order.Add("greenlet 2 again"); });
        hub.RunCallback(() => order.Add("callback 3"));
        hub.RunCallback(() => order.Add("callback 4"));
        Greenlet.Spawn(() => order.Add("greenlet 5"));
        hub.RunCallbackThreadSafe(() => order.Add("callback 6"));
        order.Should().BeEmpty("nothing runs until the caller waits");
        Greenlet.Yield();
        order.Should().Equal("callback 1", "greenlet 2", "callback 3", "callback 4", "greenlet 5", "callback 6");
        Greenlet.Yield();
        order.Should().HaveCount(7).And.HaveElementAt(6, "greenlet 2 again");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S1_CallbackQueuedByACallback_RunsInTheSamePass(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: the deque is popped until it is empty, without a snapshot; what a callback queues comes behind what is queued already.
        var order = new List<string>();
        Hub hub = Hub.Current;
        hub.RunCallback(() =>
        {
            order.Add("outer");
            hub.RunCallback(() => order.Add("inner"));
            Greenlet.Spawn(() => order.Add("spawned"));
        });
        hub.RunCallback(() => order.Add("second"));
        Greenlet.Yield();
        order.Should().Equal(["outer", "second"], "Yield comes back at its own place in the queue");
        Greenlet.Yield();
        order.Should().Equal("outer", "second", "inner", "spawned");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S1_SpinningCallbacksAndYields_StarveNeitherTimersNorOtherThreads(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: after 50 callbacks and 5 ms timers and I/O get their turn, whatever is queued.
        Hub hub = Hub.Current;
        bool stop = false;
        long spins = 0;
        void Spin()
        {
            spins++;
            if (!stop) hub.RunCallback(Spin);
        }
        hub.RunCallback(Spin);
        Greenlet yields = Greenlet.Spawn(() => { while (!stop) Greenlet.Yield(); });
        bool fromThread = false;
        var thread = new Thread(() => hub.RunCallbackThreadSafe(() => fromThread = true));
        long before = spins;
        thread.StartNatively();
        for (int i = 0; i < 10 || !fromThread; i++) Greenlet.Sleep(TimeSpan.FromMilliseconds(2));
        (spins - before).Should().BeGreaterThan(10, "the spinner ran meanwhile");
        stop = true;
        yields.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S2_YieldSpinner_DelaysASleeperButNotForEver(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: sleep(0.001) beside a spinner takes about one switch interval.
        bool stop = false;
        long spins = 0;
        Greenlet spinner = Greenlet.Spawn(() => { while (!stop) { spins++; Greenlet.Yield(); } });
        int naps = 0;
        Greenlet sleeper = Greenlet.Spawn(() => { for (; naps < 20; naps++) Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); });
        sleeper.Join(TimeSpan.FromSeconds(30)).Should().BeTrue();
        naps.Should().Be(20);
        spins.Should().BeGreaterThan(20, "the spinner went on between the naps");
        stop = true;
        spinner.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S7_BlockingCallInACallback_Throws(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: BlockingSwitchOutError('Impossible to call blocking function in the event loop callback').
        var seen = new List<Exception?>();
        Greenlet other = Greenlet.Spawn(() => Greenlet.Sleep(TimeSpan.FromMilliseconds(20)));
        Hub hub = Hub.Current;
        foreach (Action blocking in new Action[] { Greenlet.Yield, () => Greenlet.Sleep(TimeSpan.FromSeconds(1)), () => GreenletTimeout.Start(TimeSpan.FromSeconds(1)) })
        {
            hub.RunCallback(() =>
            {
                try { blocking(); seen.Add(null); }
                catch (BlockingSwitchOutException exception) { seen.Add(exception); }
            });
        }
        other.Join();
        seen.Should().HaveCount(3).And.NotContainNulls();
        seen[0]!.Message.Should().Contain("callback").And.Contain("Spawn", "the message says what to do");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S7_CallsThatNeedNotWait_WorkInACallback(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Hub hub = Hub.Current;
        bool ran = false, killed = false;
        Hub? seen = null;
        Greenlet? running = Greenlet.Running, fromCallback = null;
        Greenlet sleeper = Greenlet.Spawn(() =>
        {
            try { Greenlet.Sleep(Timeout.InfiniteTimeSpan); }
            finally { killed = true; }
        });
        Greenlet.Yield();
        hub.RunCallback(() =>
        {
            seen = Hub.Current;
            running = Greenlet.Running;
            fromCallback = Greenlet.Spawn(() => ran = true);
            sleeper.Kill(new GreenletExit(), block: false);
        });
        sleeper.Join();
        fromCallback!.Join();
        ran.Should().BeTrue();
        killed.Should().BeTrue();
        seen.Should().BeSameAs(hub, "get_hub() answers in a callback too");
        running.Should().BeNull("no greenlet runs in a callback");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void E4_CallbackThatThrows_IsReportedAndTheOthersRun(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        Hub hub = Hub.Current;
        var error = new FormatException("mine");
        bool next = false;
        Action fails = () => throw error;
        hub.RunCallback(fails);
        hub.RunCallback(() => next = true);
        Greenlet.Yield();
        next.Should().BeTrue("gevent: errors in callbacks never stop the loop");
        quiet.Seen.Should().ContainSingle().Which.Should().Be((fails, error), "a handler learns which callback it was");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void X1_RunCallback_OnAnotherThread_ThrowsAndTheThreadSafeOneWakesTheHub(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Hub hub = Hub.Current;
        Exception? refused = null;
        bool ran = false;
        var wait = new Waiter(Greenlet.Running!, "the callback");
        var thread = new Thread(() =>
        {
            try { hub.RunCallback(() => { }); }
            catch (InvalidThreadUseException exception) { refused = exception; }
            hub.RunCallbackThreadSafe(() => { ran = true; wait.Wake(); });
        });
        thread.StartNatively();
        wait.Park(Deadline.Never);
        ran.Should().BeTrue();
        refused!.Message.Should().Contain(nameof(Hub.RunCallbackThreadSafe));
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Callback_ThatSetsAnAsyncLocal_KeepsItToItself(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var local = new AsyncLocal<string> { Value = "spawner" };
        string? first = "", second = "";
        Hub.Current.RunCallback(() => { first = local.Value; local.Value = "callback"; });
        Hub.Current.RunCallback(() => second = local.Value);
        Greenlet.Yield();
        first.Should().BeNull("a callback runs in the hub, whose context is empty, as in gevent");
        second.Should().BeNull("and what one callback sets the next does not see");
    });
}
