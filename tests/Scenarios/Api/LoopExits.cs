using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Patchy.Scenarios.Api;

/// <summary>
/// LoopExits CASE: the main thread waits for ever. "alone" and "after-pool" must get a LoopExit; in all other cases something may wake it, and it must not. A process of its own each: in a test runner
/// there are other threads, and nothing can be proven.
/// </summary>
internal sealed class LoopExits : IScenario
{
    /// <summary>Longer than the looks of the hub need.</summary>
    private static readonly TimeSpan s_longEnough = TimeSpan.FromMilliseconds(1500);

    // SIGUSR2 by its number: SIGHUP would be ignored where the tests run under nohup, and .NET leaves an ignored signal ignored.
    private static readonly PosixSignal s_userSignal = (PosixSignal)12;

    private readonly Checks _checks = new();

    public int Run(string[] args)
    {
        switch (args[0])
        {
            case "alone": Alone(); break;
            case "after-pool": AfterThePool(); break;
            case "timer": Alive(wake => { _ = Greenlet.SpawnLater(s_longEnough, wake); }); break;
            case "native-thread": Alive(wake => new Thread(() => { Thread.Sleep(s_longEnough); wake(); }) { IsBackground = true }.Start()); break;
            case "named-thread": Alive(wake => new Thread(() => { Thread.Sleep(s_longEnough); wake(); }) { IsBackground = true, Name = "worker" }.Start()); break;
            case "pool-task": Alive(wake => Task.Run(() => { Thread.Sleep(s_longEnough); wake(); })); break;
            case "system-timer": Alive(wake => _ = Task.Delay(s_longEnough).ContinueWith(_ => wake(), TaskScheduler.Default)); break;
            case "escape": Alive(wake => Greenlet.Spawn(() => { Escape.Run(EscapePool.Blocking, 0, static _ => { Thread.Sleep(s_longEnough); return 0; }); wake(); })); break;
            case "other-hub": Alive(wake => Hub.Start().Spawn(() => { Greenlet.Sleep(s_longEnough); wake(); })); break;
            case "signal": Alive(wake => { _ = PosixSignalRegistration.Create(s_userSignal, context => { context.Cancel = true; wake(); }); SendLater("USR2"); }); break;
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
