using FluentAssertions;
using Xunit;

namespace Patchy.Tests;

/// <summary>RunAsync, Idle and Join of a hub (rule H2), and the order in which it runs things (S3 to S6).</summary>
public sealed class HubApiTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Theory, MemberData(nameof(Kinds))]
    public async Task RunAsync_ResultErrorAndOverlap_ComeThroughTheTask(FiberKind kind)
    {
        using var quiet = new QuietErrors();
        using Hub hub = HubThread.Start(null, kind);
        int running = 0, most = 0;
        Task<int>[] all = [.. Enumerable.Range(0, 20).Select(i => hub.RunAsync(() =>
        {
            most = Math.Max(most, ++running);
            Greenlet.Sleep(TimeSpan.FromMilliseconds(30));
            running--;
            return i;
        }))];
        (await Task.WhenAll(all)).Should().Equal(Enumerable.Range(0, 20));
        most.Should().BeGreaterThan(1, "they wait at the same time, on one thread");
        var error = new FormatException("mine");
        Func<Task> failing = () => hub.RunAsync(() => { Greenlet.Yield(); throw error; });
        (await failing.Should().ThrowAsync<FormatException>()).Which.Should().BeSameAs(error);
        quiet.Seen.Should().BeEmpty("whoever awaits the task gets the error");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task RunAsync_TokenCancelled_KillsTheGreenletAndCancelsTheTask(FiberKind kind)
    {
        using Hub hub = HubThread.Start(null, kind);
        using var source = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        bool cleaned = false;
        Task task = hub.RunAsync(() =>
        {
            started.SetResult();
            try { Greenlet.Sleep(s_long); }
            finally { Greenlet.Sleep(TimeSpan.FromMilliseconds(10)); cleaned = true; }
        }, source.Token);
        await started.Task;
        await source.CancelAsync();
        Func<Task> wait = () => task;
        (await wait.Should().ThrowAsync<TaskCanceledException>()).Which.CancellationToken.Should().Be(source.Token);
        cleaned.Should().BeTrue("the task is canceled once the greenlet has ended, not before");
        hub.RunAsync(() => 1, source.Token).IsCanceled.Should().BeTrue("a token that is cancelled already runs nothing");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task RunAsync_GreenletExitAndOperationCanceled_CancelTheTask(FiberKind kind)
    {
        using Hub hub = HubThread.Start(null, kind);
        foreach (Exception exception in new Exception[] { new GreenletExit(), new OperationCanceledException(), new IOException("wrapped", new GreenletExit()) })
        {
            Task task = hub.RunAsync(() => throw exception);
            await Task.WhenAny(task);
            task.IsCanceled.Should().BeTrue($"{exception.GetType().Name} is no failure");
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task RunAsync_HubDestroyedMeanwhile_EndsEveryTask(FiberKind kind)
    {
        Hub hub = HubThread.Start(null, kind);
        Task[] tasks = [.. Enumerable.Range(0, 10).Select(_ => hub.RunAsync(() => Greenlet.Sleep(Timeout.InfiniteTimeSpan)))];
        hub.Destroy(s_long).Should().BeTrue();
        await Task.WhenAny(Task.WhenAll(tasks), Task.Delay(s_long));
        tasks.Should().OnlyContain(task => task.IsCanceled);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task RunAsync_Continuations_DoNotRunOnTheCarrier(FiberKind kind)
    {
        using Hub hub = HubThread.Start(null, kind);
        Hub? seen = hub;
        using var attached = new ManualResetEventSlim();
        Task continued = hub.RunAsync(() => attached.Wait(s_long)).ContinueWith(_ => seen = Hub.CurrentOrNull, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        attached.Set(); // not earlier: a continuation of what is over runs where it is attached
        await continued.WaitAsync(s_long);
        seen.Should().BeNull();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Idle_WhileOthersAreReady_LetsThemGoFirst(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent.idle: as long as something is pending the loop is not idle. Timers that are not due do not count.
        int steps = 0, callbacks = 0;
        Hub hub = Hub.Current;
        Greenlet worker = Greenlet.Spawn(() => { for (; steps < 20; steps++) Greenlet.Yield(); });
        void Again() { if (++callbacks < 10) hub.RunCallback(Again); }
        hub.RunCallback(Again);
        Greenlet sleeper = Greenlet.Spawn(() => Greenlet.Sleep(s_long));
        Hub.Idle();
        steps.Should().Be(20);
        callbacks.Should().Be(10);
        worker.Dead.Should().BeTrue();
        sleeper.Dead.Should().BeFalse();
        sleeper.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Idle_Killed_LeavesTheHubInOrder(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool stop = false;
        Greenlet spinner = Greenlet.Spawn(() => { while (!stop) Greenlet.Yield(); });
        Greenlet idler = Greenlet.Spawn(Hub.Idle);
        Greenlet.Yield();
        idler.Dead.Should().BeFalse();
        idler.Kill();
        idler.Successful.Should().BeTrue();
        stop = true;
        spinner.Join();
        Hub.Idle();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void H2_Join_WaitsUntilNothingIsLeftToDoAndCanBeRepeated(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: hub.join() is True when drained; greenlets that only another could wake do not keep the loop.
        var done = new List<string>();
        Greenlet forEver = Greenlet.Spawn(() => Greenlet.Sleep(Timeout.InfiniteTimeSpan));
        Greenlet.Spawn(() => { Greenlet.Sleep(TimeSpan.FromMilliseconds(20)); done.Add("timer"); Hub.Current.RunCallback(() => done.Add("callback")); });
        Greenlet.Spawn(() => { Escape.Run(EscapePool.Blocking, 30, static ms => { Thread.Sleep(ms); return 0; }); done.Add("escape"); });
        Hub.Current.Join(s_long).Should().BeTrue();
        done.Should().BeEquivalentTo("timer", "callback", "escape");
        forEver.Dead.Should().BeFalse();
        Hub.Current.Join().Should().BeTrue("it may be called again");
        Greenlet.Spawn(() => done.Add("later"));
        Hub.Current.Join(s_long).Should().BeTrue();
        done.Should().HaveCount(4);
        forEver.Kill();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void H2_Join_TimeOver_IsFalse(FiberKind kind) => OnHub.Run(kind, () =>
    {
        int ticks = 0;
        bool stop = false;
        Greenlet ticker = Greenlet.Spawn(() => { while (!stop) { ticks++; Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); } });
        for (int turn = 0; turn < 200 && ticks <= 1; turn++) Hub.Current.Join(TimeSpan.FromMilliseconds(50)).Should().BeFalse();
        ticks.Should().BeGreaterThan(1);
        stop = true;
        Hub.Current.Join(s_long).Should().BeTrue();
        ticker.Dead.Should().BeTrue();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void H2_Join_NotInTheMainGreenlet_IsRefused(FiberKind kind) => OnHub.Run(kind, () =>
    {
        using var quiet = new QuietErrors();
        Hub hub = Hub.Current;
        Greenlet greenlet = Greenlet.Spawn(() => hub.Join());
        greenlet.Join();
        greenlet.Exception.Should().BeOfType<InvalidOperationException>("gevent: only possible from the MAIN greenlet").Which.Message.Should().Contain("main greenlet");
        ((Action)(() => hub.Join(TimeSpan.FromSeconds(-2)))).Should().Throw<ArgumentOutOfRangeException>();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S3_Spawn_OnlyQueuesAndTheOrderOfFirstRunIsThatOfSpawning(FiberKind kind) => OnHub.Run(kind, () =>
    {
        var order = new List<int>();
        for (int i = 0; i < 5; i++)
        {
            int n = i;
            Greenlet.Spawn(() => order.Add(n));
        }
        order.Should().BeEmpty();
        Greenlet.Yield();
        order.Should().Equal(0, 1, 2, 3, 4);
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S4_SleepZero_RunsWhatIsQueuedFirstButWaitsForNoTimer(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: sleep(0) queues a callback and switches to the hub; it does not wait for a turn of the loop.
        var order = new List<string>();
        Greenlet.Spawn(() => order.Add("ready"));
        Greenlet.Sleep(TimeSpan.Zero);
        order.Should().Equal("ready");
        Greenlet.SpawnLater(TimeSpan.FromSeconds(20), () => order.Add("timer"));
        for (int i = 0; i < 200; i++) Greenlet.Sleep(TimeSpan.Zero);
        order.Should().Equal("ready");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S5_EqualDeadlines_FireInTheOrderOfTheirStart(FiberKind kind) => OnHub.Run(kind, () =>
    {
        for (int time = 50; time < 20_000; time *= 4)
        {
            var order = new List<string>();
            bool tooLate = false;
            Deadline deadline = Deadline.In(2 * time), earlier = Deadline.In(time);
            Greenlet[] all = [.. new[] { ("outer", deadline), ("inner", deadline), ("last", deadline), ("early", earlier) }.Select(timer => Greenlet.Spawn(() =>
            {
                tooLate |= earlier.HasPassed;
                new Waiter(Greenlet.Running!, "its time").Park(timer.Item2);
                order.Add(timer.Item1);
            }))];
            Greenlet.JoinAll(all);
            if (tooLate) continue; // the machine was so slow that not all of the timers ran at once: such a round says nothing
            order.Should().Equal("early", "outer", "inner", "last");
            return;
        }
        Assert.Fail("They were never started in time.");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S6_GreenletThatEnds_GivesTheTurnToTheQueueNotToItsSpawner(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent: the hub is the parent of every greenlet.
        var order = new List<string>();
        Greenlet spawner = Greenlet.Spawn(() =>
        {
            Greenlet.Spawn(() => order.Add("child"));
            Greenlet.Spawn(() => order.Add("sibling"));
            Greenlet.Yield();
            order.Add("spawner");
        });
        spawner.Join();
        order.Should().Equal("child", "sibling", "spawner");
    });

    [Theory, MemberData(nameof(Kinds))]
    public void S8_WakingByHand_EndsOneWaitOnlyOnce(FiberKind kind) => OnHub.Run(kind, () =>
    {
        // gevent raises InvalidSwitchError when a wait is ended by a switch that is not its own. There is no such switch here: a wait is a one-shot rendezvous.
        var waiter = new Waiter(Greenlet.Running!, "its own wake");
        bool first = false, second = true;
        Greenlet.Spawn(() => { first = waiter.Wake(); second = waiter.Wake(); });
        waiter.Park(Deadline.Never).Should().Be(ParkResult.Woken);
        first.Should().BeTrue();
        second.Should().BeFalse("a wait is decided once; a late wake is told so and disturbs no later wait");
        new Waiter(Greenlet.Running!, "another").Park(Deadline.In(1)).Should().Be(ParkResult.TimedOut);
    });
}
