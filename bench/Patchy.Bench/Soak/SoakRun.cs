using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Patchy.Bench.Soak;

/// <summary>Starts the load, watches that everybody gets on, ends it, and checks what must then be true.</summary>
internal sealed class SoakRun(TimeSpan length, int seed, int workers)
{
    private static readonly TimeSpan s_stuckAfter = TimeSpan.FromSeconds(40);

    private readonly SoakState _state = new(seed);
    private readonly List<SoakWorker> _workers = [];

    public int Run()
    {
        Console.WriteLine($"soak of {length.TotalSeconds} s, seed {seed}, {workers} workers; {Hub.ForThisThread().Kind} fibers, server GC {System.Runtime.GCSettings.IsServerGC}");
        using var echo = new EchoServer(_state);
        List<Task> natives = Natives(echo);
        Task watch = Native(Watch);
        var threads = new List<Thread>();
        for (int n = 0; n < workers; n++)
        {
            var worker = new SoakWorker(_state, n, echo.EndPoint);
            _workers.Add(worker);
            var thread = new Thread(worker.Run) { Name = "worker " + n };
            worker.Thread = thread;
            thread.Start();
            threads.Add(thread);
        }

        var killer = new KillJobs(_state);
        Thread[] killers = [.. Enumerable.Range(0, 4).Select(n => new Thread(() => killer.Run(n)))];
        foreach (Thread t in killers) t.Start();

        Thread.Sleep(length);
        _state.Stop = true;
        foreach (Thread t in threads.Concat(killers)) t.Join();
        Task.WaitAll([.. natives]);
        _state.Ended = true;
        watch.Wait();
        Verify();
        Print();
        return _state.FirstError is null ? 0 : 1;
    }

    private List<Task> Natives(EchoServer echo) =>
    [
        Native(() => NativeLoad.Allocate(_state)),
        Native(() => NativeLoad.Allocate(_state)),
        Native(() => NativeLoad.Collect(_state)),
        Native(() => NativeLoad.Compete(_state)),
        Native(() => NativeLoad.Talk(_state, echo.EndPoint)),
    ];

    private static Task Native(Action body) => Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Ends the process at the first error, and when a worker does not get on: who hangs is worth more than a clean end.</summary>
    private void Watch()
    {
        var last = new Dictionary<SoakWorker, (long Operations, long Since)>();
        while (!_state.Ended)
        {
            Thread.Sleep(200);
            if (_state.FirstError is { } error)
            {
                Print();
                End($"FAILED: {error}\nrepeat with: soak {length.TotalSeconds} seed {seed} workers {workers}");
            }

            foreach (SoakWorker worker in _workers.ToArray())
            {
                long now = worker.Operations;
                if (!last.TryGetValue(worker, out (long Operations, long Since) seen) || seen.Operations != now)
                {
                    last[worker] = (now, Stopwatch.GetTimestamp());
                }
                else if (!worker.IsDone && Stopwatch.GetElapsedTime(seen.Since) > s_stuckAfter)
                {
                    Print();
                    End($"FAILED: worker {worker.Number} is stuck in '{worker.Job}' since {s_stuckAfter.TotalSeconds} s\n{HubDump.Text()}");
                }
            }
        }
    }

    private void Verify()
    {
        SoakState s = _state;
        if (s.Inside != 0 || s.NewInside != 0) s.Fail("at the end", $"somebody is inside a lock: {s.Inside}, {s.NewInside}");
        if (s.Permits.CurrentCount != SoakState.PermitCount) s.Fail("at the end", $"permits {s.Permits.CurrentCount} of {SoakState.PermitCount}");
        if (!Monitor.TryEnter(s.Gate, 1000)) s.Fail("at the end", "the lock is not free");
        else Monitor.Exit(s.Gate);
        if (!s.NewGate.TryEnter(1000)) s.Fail("at the end", "the Lock is not free");
        else s.NewGate.Exit();
        if (!s.Mutex.WaitOne(1000)) s.Fail("at the end", "the mutex is not free");
        else s.Mutex.ReleaseMutex();
        if (!s.ReaderWriter.TryEnterWriteLock(1000)) s.Fail("at the end", "the reader-writer lock is not free");
        else s.ReaderWriter.ExitWriteLock();
        if (s.Locked != s.LockedExactly) s.Fail("at the end", $"counted {s.Locked} without interlocked inside the lock, {s.LockedExactly} with");
    }

    private void Print()
    {
        Console.WriteLine($"{_workers.Sum(w => w.Operations)} operations, GCs {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}, errors {_state.ErrorCount}");
        foreach ((string name, long count) in _state.Counters.OrderBy(c => c.Key, StringComparer.Ordinal)) Console.WriteLine($"  {name}: {count}");
        if (_state.FirstError is { } error) Console.WriteLine("FAILED: " + error);
    }

    private static void End(string message)
    {
        Console.WriteLine(message);
        Console.Out.Flush();
        Exit(1); // not Environment.Exit: it would wait for what hangs
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void Exit(int code);
}
