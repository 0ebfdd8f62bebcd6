using FluentAssertions;
using Patchy.Fibers;
using Xunit;

namespace Patchy.Tests;

/// <summary>Making, starting and destroying hubs: rules H3 and H4.</summary>
public sealed class HubLifeTests
{
    public static TheoryData<FiberKind> Kinds => new(TestKinds.All);

    [Fact]
    public void H3_Current_MakesOneHubAThreadOnFirstNeed()
    {
        Hub? before = null, made = null, again = null, elsewhere = null;
        OnThread(() =>
        {
            before = Hub.CurrentOrNull;
            made = Hub.Current;
            again = Hub.CurrentOrNull;
            OnThread(() => elsewhere = Hub.CurrentOrNull);
            made.Destroy(TimeSpan.FromSeconds(10)).Should().BeTrue();
        });
        before.Should().BeNull("asking makes none");
        again.Should().BeSameAs(made);
        elsewhere.Should().BeNull("gevent: one hub for each native thread");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Start_ByANativeThread_RunsWhatItIsGiven(FiberKind kind)
    {
        using Hub hub = Start(kind, "worker hub");
        hub.Name.Should().Be("worker hub");
        hub.Kind.Should().Be(kind);
        int here = Environment.CurrentManagedThreadId;
        var order = new List<string>();
        Hub? seen = null;
        Greenlet first = hub.Spawn(() => { order.Add("1a"); Greenlet.Yield(); order.Add("1b"); });
        Greenlet<int> second = hub.Spawn(() => { order.Add("2a"); seen = Hub.Current; Greenlet.Yield(); order.Add("2b"); return Environment.CurrentManagedThreadId; });
        second.Get().Should().NotBe(here);
        first.Join();
        seen.Should().BeSameAs(hub);
        order.Should().BeEquivalentTo("1a", "2a", "1b", "2b");
        Hub.CurrentOrNull.Should().BeNull("a native thread that hands work over needs no hub itself");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Start_OnAGreenlet_LetsTheOthersRunMeanwhile(FiberKind kind) => OnHub.Run(kind, () =>
    {
        bool stop = false;
        long others = 0;
        Greenlet spinner = Greenlet.Spawn(() => { while (!stop) { others++; Greenlet.Yield(); } });
        bool inStart = false, afterwards = false;
        for (int round = 0; round < 100 && !(inStart && afterwards); round++) // the hub's thread may be faster than the one that comes to wait for it: nobody waits then
        {
            long before = others;
            Hub hub = Start(kind, null);
            inStart |= others > before;
            before = others;
            hub.Spawn(() => 42).Get().Should().Be(42);
            hub.Destroy(TimeSpan.FromSeconds(10)).Should().BeTrue();
            afterwards |= others > before;
        }
        inStart.Should().BeTrue("the one that starts a hub is parked");
        afterwards.Should().BeTrue("and so is the one that waits for its greenlet or its end");
        stop = true;
        spinner.Join();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void H4_Destroy_KillsTheGreenletsAndGivesBackTheirStacks(FiberKind kind)
    {
        int fibers = Fiber.LiveCount, descriptors = Directory.GetFiles("/proc/self/fd").Length;
        var cleaned = new List<string>();
        Hub hub = Start(kind, null);
        Greenlet[] parked = [.. Enumerable.Range(0, 20).Select(i => hub.Spawn(() =>
        {
            try { Greenlet.Sleep(Timeout.InfiniteTimeSpan); }
            finally { Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); cleaned.Add($"{i}"); }
        }))];
        Greenlet.JoinAll([.. Enumerable.Range(0, 20).Select(_ => hub.Spawn(() => Greenlet.Sleep(TimeSpan.FromMilliseconds(5))))]);
        Greenlet later = hub.Spawn(() => Greenlet.SpawnLater(TimeSpan.FromHours(1), () => cleaned.Add("too late"))).Get();
        hub.Destroy(TimeSpan.FromSeconds(30)).Should().BeTrue();
        hub.IsDestroyed.Should().BeTrue();
        parked.Should().OnlyContain(greenlet => greenlet.Dead && greenlet.Successful, "GreenletExit is no error");
        cleaned.Should().HaveCount(20, "the finally blocks have run, also those that wait");
        later.Dead.Should().BeTrue("nobody may wait for ever for what was never started");
        Settles(() => Fiber.LiveCount <= fibers).Should().BeTrue("stacks, idle ones too, and the loop are given back");
        Settles(() => Directory.GetFiles("/proc/self/fd").Length <= descriptors).Should().BeTrue("and so are the descriptors");
        HubRegistry.All.Should().NotContain(hub);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void H4_Destroy_WhatIsHandedOverLater_IsRefused(FiberKind kind)
    {
        Hub hub = Start(kind, null);
        hub.Dispose();
        hub.Destroy(TimeSpan.Zero).Should().BeTrue("a second time changes nothing");
        foreach (Action late in new Action[] { () => hub.Spawn(() => { }), () => hub.Spawn(() => 1), () => hub.RunAsync(() => { }), () => hub.RunCallbackThreadSafe(() => { }) })
            late.Should().Throw<HubDestroyedException>("gevent: HubDestroyed");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Destroy_OfTheHubOfAGreenletThatWasNotStarted_ItsStartIsRefusedAndItHasEnded(FiberKind kind)
    {
        Hub hub = Start(kind, null);
        Greenlet[] made = [.. hub.Spawn(() => new[] { new Greenlet(() => { }), new Greenlet(() => { }), new Greenlet<int>(() => 1) }).Get()];
        hub.Dispose();
        ((Action)(() => made[0].Start())).Should().Throw<HubDestroyedException>();
        ((Action)(() => made[1].StartLater(TimeSpan.Zero))).Should().Throw<HubDestroyedException>();
        ((Action)(() => made[2].StartLater(TimeSpan.FromDays(1)))).Should().Throw<HubDestroyedException>();
        foreach (Greenlet refused in made)
        {
            refused.Join(TimeSpan.FromSeconds(10)).Should().BeTrue("nobody may wait for ever for what cannot run");
            refused.Exception.Should().BeOfType<HubDestroyedException>();
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Start_ByANativeThreadThatIsInterrupted_LeavesNoHub(FiberKind kind)
    {
        bool interrupted = false;
        OnThread(() =>
        {
            for (int attempt = 0; attempt < 1000 && !interrupted; attempt++)
            {
                Thread.CurrentThread.Interrupt();
                try
                {
                    Hub hub = Start(kind, "nobody's hub");
                    Taken(); // the hub was there before its starter began to wait
                    hub.Dispose();
                }
                catch (ThreadInterruptedException)
                {
                    interrupted = true;
                }
            }
        });
        interrupted.Should().BeTrue("as in every wait of a native thread");
        Thread.Sleep(200); // its thread may only be starting
        Settles(() => !HubRegistry.All.Any(static hub => hub.Name == "nobody's hub")).Should().BeTrue();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void H4_Destroy_OfAGreenletThatRefuses_GivesUpInTime(FiberKind kind)
    {
        int caught = 0;
        for (int time = 200; time < 30_000 && caught == 0; time *= 4) // on a slow machine the time may be over before anybody has had a turn
        {
            Hub hub = Start(kind, null);
            Greenlet stubborn = hub.Spawn(() =>
            {
                while (true)
                {
                    try { Greenlet.Sleep(Timeout.InfiniteTimeSpan); }
                    catch (GreenletExit) { caught++; }
                }
            });
            hub.Spawn(() => { }).Join();
            hub.Destroy(TimeSpan.FromMilliseconds(time)).Should().BeFalse();
            hub.IsDestroyed.Should().BeTrue("the hub is over all the same");
            stubborn.Dead.Should().BeFalse();
        }
        caught.Should().BePositive();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void H4_Destroy_InTheMainGreenletOfAThread_LetsTheThreadHaveAnother(FiberKind kind)
    {
        // gevent: hub.destroy() has to be called on secondary threads.
        var ran = new List<string>();
        OnThread(() =>
        {
            Hub first = Hub.Create(kind);
            Greenlet.Spawn(() => ran.Add("first")).Join();
            Thread thread = Thread.CurrentThread;
            int id = Environment.CurrentManagedThreadId;
            first.Destroy(TimeSpan.FromSeconds(10)).Should().BeTrue();
            Hub.CurrentOrNull.Should().BeNull();
            Thread.CurrentThread.Should().BeSameAs(thread);
            Environment.CurrentManagedThreadId.Should().Be(id);
            Hub second = Hub.Create(kind);
            second.Should().NotBeSameAs(first);
            Greenlet.Spawn(() => ran.Add("second")).Join();
            second.Destroy(TimeSpan.FromSeconds(10)).Should().BeTrue();
        });
        ran.Should().Equal("first", "second");
    }

    [Theory, MemberData(nameof(Kinds))]
    public void H4_Destroy_ByAnotherThread_IsRefusedUnlessTheHubWasStarted(FiberKind kind) => OnHub.Run(kind, () =>
    {
        Hub hub = Hub.Current;
        Exception? refused = null;
        var thread = new Thread(() =>
        {
            try { hub.Dispose(); }
            catch (InvalidThreadUseException exception) { refused = exception; }
        });
        thread.StartNatively();
        while (thread.IsAlive) Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        refused!.Message.Should().Contain("main greenlet");
        hub.IsDestroyed.Should().BeFalse();
    });

    [Theory, MemberData(nameof(Kinds))]
    public void H4_Destroy_ByItsOwnGreenlet_IsOnlyAskedFor(FiberKind kind)
    {
        Hub hub = Start(kind, null);
        bool? answer = null, killed = null;
        hub.Spawn(() =>
        {
            answer = hub.Destroy(TimeSpan.FromSeconds(10));
            try { Greenlet.Sleep(Timeout.InfiniteTimeSpan); }
            catch (GreenletExit) { killed = true; throw; }
        });
        hub.Main.Join();
        answer.Should().BeFalse("it cannot wait for its own end");
        killed.Should().BeTrue();
        hub.IsDestroyed.Should().BeTrue();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Destroy_AfterTheHubWasMovedToAnotherKernelThread_GivesEverythingBack(FiberKind kind)
    {
        int fibers = Fiber.LiveCount;
        for (int i = 0; i < 3; i++)
        {
            Hub hub = Start(kind, null);
            int ticks = 0;
            bool moved = false;
            Greenlet ticker = hub.Spawn(() => { while (true) { ticks++; Greenlet.Sleep(TimeSpan.FromMilliseconds(1)); } });
            Greenlet blocks = hub.Spawn(() => { for (int turn = 0; turn < 500 && !(moved = Greenlet.Running!.IsOffCarrier); turn++) NativeBlock.Milliseconds(50); });
            blocks.Join(TimeSpan.FromSeconds(60)).Should().BeTrue();
            moved.Should().BeTrue("the monitor has taken the hub from the blocked carrier");
            hub.Destroy(TimeSpan.FromSeconds(30)).Should().BeTrue();
            ticks.Should().BePositive();
            ticker.Dead.Should().BeTrue();
        }
        Settles(() => Fiber.LiveCount <= fibers).Should().BeTrue();
        using Hub next = Start(kind, null);
        next.Spawn(() => 42).Get().Should().Be(42);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void ThreadEndsWithoutDestroy_ItsGreenletsGoOnThenTheHubIsGivenBack(FiberKind kind)
    {
        int fibers = Fiber.LiveCount, done = 0;
        var abandoned = new List<Hub>();
        for (int i = 0; i < 10; i++)
        {
            OnThread(() =>
            {
                abandoned.Add(Hub.Create(kind));
                Greenlet.Spawn(() => { Greenlet.Sleep(TimeSpan.FromMilliseconds(30)); Interlocked.Increment(ref done); });
                Greenlet.SpawnLater(TimeSpan.FromMilliseconds(60), () => Interlocked.Increment(ref done));
                Greenlet.Spawn(() => { }).Join();
            });
        }
        Settles(() => abandoned.TrueForAll(hub => hub.IsDestroyed)).Should().BeTrue(HubDump.Text());
        done.Should().Be(20, "what a thread has started goes on without it, as threads do");
        HubRegistry.All.Should().NotContain(abandoned);
        Settles(() => Fiber.LiveCount <= fibers).Should().BeTrue("gevent leaks a hub that was not destroyed");
        abandoned[0].Invoking(hub => hub.Spawn(() => { })).Should().Throw<HubDestroyedException>();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Destroy_ManyHubsInTurn_NothingIsLeft(FiberKind kind)
    {
        int fibers = Fiber.LiveCount;
        var all = new List<Hub>();
        for (int i = 0; i < 30; i++)
        {
            using Hub hub = Start(kind, null);
            all.Add(hub);
            hub.Spawn(() => { Greenlet.Yield(); return i; }).Get().Should().Be(i);
        }
        HubRegistry.All.Should().NotContain(all);
        Settles(() => Fiber.LiveCount <= fibers).Should().BeTrue();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Destroy_WhileOthersHandOver_EverySpawnRunsEndsOrIsRefused(FiberKind kind)
    {
        using var quiet = new QuietErrors();
        for (int round = 0; round < 3; round++)
        {
            Hub hub = Start(kind, null);
            var spawned = new System.Collections.Concurrent.ConcurrentQueue<Greenlet>();
            int refused = 0;
            Thread[] threads = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
            {
                while (true)
                {
                    try { spawned.Enqueue(hub.Spawn(() => { })); }
                    catch (HubDestroyedException) { Interlocked.Increment(ref refused); return; }
                    if (spawned.Count > 3000) Thread.Sleep(0); // a hub that gets no processor must not be buried
                    if (spawned.Count > 10_000) Thread.Sleep(1);
                }
            }))];
            foreach (Thread thread in threads) thread.StartNatively();
            while (spawned.Count < 50) Thread.Yield();
            hub.Destroy(TimeSpan.FromSeconds(30)).Should().BeTrue();
            foreach (Thread thread in threads) thread.Join();
            refused.Should().Be(3);
            foreach (Greenlet greenlet in spawned) greenlet.Join(TimeSpan.FromSeconds(10)).Should().BeTrue("what came too late must not be waited for in vain");
        }
    }

    /// <summary>Takes the interrupt that is pending.</summary>
    private static void Taken()
    {
        try { Thread.Sleep(1); }
        catch (ThreadInterruptedException) { }
    }

    private static Hub Start(FiberKind kind, string? name) => HubThread.Start(name, kind);

    private static bool Settles(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++) Thread.Sleep(10); // a thread that ends natively takes a moment
        return condition();
    }

    private static void OnThread(Action body)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try { body(); }
            catch (Exception exception) { failure = exception; }
        }) { IsBackground = true };
        thread.StartNatively();
        thread.Join(TimeSpan.FromSeconds(60)).Should().BeTrue(HubDump.Text());
        if (failure is not null) throw failure;
    }
}
