using System.Diagnostics;
using System.Runtime.InteropServices;
using Patchy.Events;
using Patchy.Locks;
using Patchy.Pools;
using Patchy.Queues;
using Semaphore = Patchy.Locks.Semaphore;

namespace Patchy.Scenarios.Api;

/// <summary>
/// LoopExits CASE [patched]: the main thread waits for ever. "alone", "queue", "primitives" and "after-pool" must get a LoopExit; in all other cases something may wake it, and it must not. A process of
/// its own each: in a test runner there are other threads, and nothing can be proven.
/// </summary>
internal sealed class LoopExits : IScenario
{
    /// <summary>Longer than the looks of the hub need.</summary>
    private static readonly TimeSpan s_longEnough = TimeSpan.FromMilliseconds(1500);

    // SIGUSR2 by its number: SIGHUP would be ignored where the tests run under nohup, and .NET leaves an ignored signal ignored.
    private static readonly PosixSignal s_userSignal = (PosixSignal)12;

    private static PosixSignalRegistration? s_registration; // with nobody to hold it, it would be finalized and undone

    private readonly Checks _checks = new();

    public int Run(string[] args)
    {
        if (args is [_, "patched"]) Patch.All();
        _ = Hub.Current; // from here on this is a main greenlet; before that it was a native thread, which blocks natively
        switch (args[0])
        {
            case "alone": Alone(); break;
            case "queue": EmptyQueue(); break;
            case "primitives": Primitives(); break;
            case "after-pool": AfterThePool(); break;
            case "timer": Alive(wake => { _ = Greenlet.SpawnLater(s_longEnough, wake); }); break;
            case "native-thread": Alive(wake => new Thread(() => { Thread.Sleep(s_longEnough); wake(); }) { IsBackground = true }.Start()); break;
            case "named-thread": Alive(wake => new Thread(() => { Thread.Sleep(s_longEnough); wake(); }) { IsBackground = true, Name = "worker" }.Start()); break;
            case "pool-task": Alive(wake => Task.Run(() => { Thread.Sleep(s_longEnough); wake(); })); break;
            case "system-timer": Alive(wake => _ = Task.Delay(s_longEnough).ContinueWith(_ => wake(), TaskScheduler.Default)); break;
            case "escape": Alive(wake => Greenlet.Spawn(() => { Escape.Run(EscapePool.Blocking, 0, static _ => { Thread.Sleep(s_longEnough); return 0; }); wake(); })); break;
            case "other-hub": Alive(wake => Hub.Start().Spawn(() => { Greenlet.Sleep(s_longEnough); wake(); })); break;
            case "signal": Alive(wake => { s_registration = PosixSignalRegistration.Create(s_userSignal, context => { context.Cancel = true; wake(); }); SendLater("USR2"); }); break;
            case "child": Alive(Child); break;
            case "never": Hub.LoopExitPolicy = LoopExitPolicy.Never; WaitUntilTerminated(new Greenlet(() => { })); break;
            case "sleep": WaitUntilTerminated(Greenlet.Spawn(() => Greenlet.Sleep(Timeout.InfiniteTimeSpan))); break;
            case "await": WaitUntilTerminated(Greenlet.Spawn(() => Greenlet.Await(new TaskCompletionSource().Task))); break;
            default: return 2;
        }
        return _checks.Finish();
    }

    /// <summary>gevent: a wait that nothing can end is thrown out of; the others stay parked, and the hub goes on.</summary>
    private void Alone()
    {
        bool set = false, otherEnded = false;
        var gate = new Greenlet(() => { set = true; }); // never started: joined for ever
        var named = new Greenlet(() => { gate.Join(); otherEnded = true; }) { Name = "the other one" };
        named.Start();
        LoopExit? exit = Catch(() => gate.Join());
        _checks.That("a LoopExit", exit is not null, exit?.Message);
        _checks.That("its message lists the parked greenlets", exit is not null && exit.Message.Contains("the other one", StringComparison.Ordinal) && exit.Message.Contains("waits for", StringComparison.Ordinal));
        _checks.That("main is the first of them", exit?.Parked.Count == 2 && exit.Parked[0] == Hub.Current.Main && exit.Parked[1] == named);
        _checks.That("the other is still parked", !named.Dead);
        _checks.That("again", Catch(() => named.Join()) is not null);
        int ran = 0;
        Greenlet.Spawn(() => { Greenlet.Sleep(TimeSpan.FromMilliseconds(5)); ran++; }).Join();
        _checks.That("the hub goes on", ran == 1);
        gate.Start();
        named.Join();
        _checks.That("what was parked can be woken", set && otherEnded);
    }

    /// <summary>gevent [queue.get() with nothing else alive]: LoopExit, and the getter is gone from the queue, so that it swallows no later item.</summary>
    private void EmptyQueue()
    {
        var queue = new SimpleQueue<int>();
        for (int turn = 0; turn < 2; turn++)
        {
            LoopExit? exit = Catch(() => queue.Get());
            _checks.That($"a LoopExit for Get, turn {turn}", exit is not null);
            _checks.That($"its message names the queue, turn {turn}", exit is not null && exit.Message.Contains("SimpleQueue", StringComparison.Ordinal), exit?.Message);
            queue.Put(turn);
            _checks.That($"a later item is there, turn {turn}", queue.Count == 1 && queue.Get() == turn);
        }
        Greenlet putter = Greenlet.SpawnLater(TimeSpan.FromMilliseconds(300), () => queue.Put(7));
        _checks.That("no LoopExit while somebody may put", queue.Get() == 7);
        putter.Join();
        var full = new SimpleQueue<int>(1);
        full.Put(1);
        _checks.That("a LoopExit for Put into a full one", Catch(() => full.Put(2)) is not null);
        _checks.That("what was refused is not in it", full.Get() == 1 && full.Count == 0);
    }

    /// <summary>gevent: each of them raises LoopExit when nothing else is alive, and goes on as if the wait had never been.</summary>
    private void Primitives()
    {
        var set = new Event();
        Once("Event.Wait", () => set.Wait());
        _checks.That("Event: nobody waits", set.LinkCount == 0);
        var result = new AsyncResult<int>();
        Once("AsyncResult.Get", () => result.Get());
        _checks.That("AsyncResult: nobody waits", result.LinkCount == 0);
        result.Set(3);
        _checks.That("AsyncResult: set afterwards", result.Get() == 3);
        var semaphore = new Semaphore(1);
        semaphore.Acquire();
        Once("Semaphore.Acquire", () => semaphore.Acquire());
        semaphore.Release();
        _checks.That("Semaphore: its permit is there", semaphore.Counter == 1 && semaphore.TryAcquire());
        var rlock = new RLock();
        Greenlet.Spawn(rlock.Acquire).Join();
        Once("RLock.Acquire", rlock.Acquire);
        var channel = new Channel<int>();
        Once("Channel.Get", () => channel.Get());
        Once("Channel.Put", () => channel.Put(1));
        _checks.That("Channel: neither is left behind", !channel.TryPut(2) && !channel.TryGet(out _));
        var tasks = new JoinableQueue<int>();
        tasks.Put(1);
        Once("JoinableQueue.Join", () => tasks.Join());
        var priority = new PriorityQueue<int>();
        Once("PriorityQueue.Get", () => priority.Get());
        var lifo = new LifoQueue<int>();
        Once("LifoQueue.Get", () => lifo.Get());
        var pool = new Pool(1);
        Greenlet member = pool.Spawn(() => set.Wait());
        Once("Pool.Spawn", () => pool.Spawn(() => { }));
        Once("Group.Join", () => pool.Join());
        Once("JoinAll", () => Greenlet.JoinAll([member]));
        Once("Wait for the first of several", () => Greenlet.Wait<ILinkable>([member, set], 1));
        Once("Pool.Apply", () => new Pool(2).Apply(() => set.Wait()));
        Once("Map", () => new Group().Map(_ => { set.Wait(); return 0; }, [1, 2]));
        Once("IMap", () => { foreach (int _ in new Group().IMapUnordered(_ => { set.Wait(); return 0; }, [1])) { } });
        set.Set();
        member.Join();
        pool.Join();
        _checks.That("Pool: its place is free", pool.FreeCount == 1);
    }

    private void Once(string what, Action wait) => _checks.That($"a LoopExit for {what}", Catch(wait) is not null);

    /// <summary>The threads of the pool end some time after they were last used: then it can be proven.</summary>
    private void AfterThePool()
    {
        Task.Run(() => { }).Wait();
        _checks.That("a LoopExit in the end", Catch(() => new Greenlet(() => { }).Join()) is not null);
    }

    private void Alive(Action<Action> arrange)
    {
        var gate = new Greenlet(() => { });
        bool woken = false;
        arrange(() => { woken = true; gate.Start(); });
        LoopExit? exit = Catch(() => gate.Join());
        _checks.That("no LoopExit", exit is null, exit?.Message);
        _checks.That("woken by the other", woken);
    }

    private static void SendLater(string signal) =>
        Process.Start("/bin/sh", ["-c", $"(sleep 1.5; kill -{signal} {Environment.ProcessId}) &"])!.WaitForExit();

    /// <summary>Nobody but the system knows that the child will end.</summary>
    private static void Child(Action wake)
    {
        var child = new Process { StartInfo = new ProcessStartInfo("/bin/sleep", "1.5"), EnableRaisingEvents = true };
        child.Exited += (_, _) => wake();
        child.Start();
    }

    /// <summary>No thread is left here that could end the wait: a signal from outside ends the process.</summary>
    private void WaitUntilTerminated(Greenlet greenlet)
    {
        SendLater("TERM");
        LoopExit? exit = Catch(() => greenlet.Join());
        _checks.That("no LoopExit, and no end of the wait", false, exit?.Message);
    }

    private static LoopExit? Catch(Action body)
    {
        try
        {
            body();
            return null;
        }
        catch (LoopExit exit)
        {
            return exit;
        }
    }
}
