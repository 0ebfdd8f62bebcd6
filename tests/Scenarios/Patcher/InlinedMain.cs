namespace Patchy.Scenarios.Patcher;

/// <summary>As GreenMain, but with everything that such a method may have inlined down to the native call: Monitor.Wait and Pulse, events, semaphores, mutexes.</summary>
internal sealed class InlinedMain : IScenario
{
    private const int TooLong = 600_000; // milliseconds: longer than whoever runs this waits for it, so that no wait is ended by its time

    public int Run(string[] args)
    {
        Patch.All();
        var checks = new Checks();
        int turns = 0, step = 0, stop = 0;
        object gate = new();
        var set = new AutoResetEvent(false);
        var answer = new ManualResetEvent(false);
        var semaphore = new Semaphore(0, 10);
        var mutex = new Mutex(initiallyOwned: false);
        var ticker = new Thread(() =>
        {
            while (Volatile.Read(ref stop) == 0)
            {
                turns++;
                Thread.Sleep(5);
            }
        });
        ticker.Start();

        var pulsed = new Thread(() =>
        {
            lock (gate)
            {
                while (step == 0) Monitor.Wait(gate); // woken by the pulse below
                step = 2;
                Monitor.Pulse(gate);
            }
        });
        pulsed.Start();
        Thread.Sleep(20);
        lock (gate)
        {
            step = 1;
            Monitor.Pulse(gate);
            while (step != 2)
            {
                if (!Monitor.Wait(gate, TooLong)) break;
            }
        }
        checks.That("Monitor.Wait and Pulse between Main and a green thread", step == 2, step);
        int before = turns;
        lock (gate) checks.That("Monitor.Wait times out", !Monitor.Wait(gate, 100));
        // A busy machine may give the process few turns in 100 ms.
        for (int attempt = 0; attempt < 20 && turns - before < 5; attempt++)
            lock (gate) Monitor.Wait(gate, 100);
        checks.That("others ran during Monitor.Wait", turns - before >= 5, turns - before);

        var signalled = new Thread(() =>
        {
            if (set.WaitOne(TooLong)) Interlocked.Add(ref step, 10);
            if (semaphore.WaitOne(TooLong)) Interlocked.Add(ref step, 100);
            lock (gate) { }
            answer.Set();
        });
        signalled.Start();
        Thread.Sleep(20);
        set.Set();
        Thread.Sleep(20);
        semaphore.Release();
        before = turns;
        checks.That("an event set by a green thread", answer.WaitOne(TooLong));
        checks.That("Set and Release in Main reached it", step == 112, step);

        mutex.WaitOne();
        var owner = new Thread(() =>
        {
            mutex.WaitOne();
            Interlocked.Add(ref step, 1000);
            mutex.ReleaseMutex();
        });
        owner.Start();
        Thread.Sleep(50);
        checks.That("the mutex excludes", step == 112, step);
        mutex.ReleaseMutex();
        owner.Join();
        checks.That("ReleaseMutex in Main reached the waiter", step == 1112, step);

        Exception? caught = null;
        try
        {
            Monitor.Wait(gate); // not entered: the original throws through the hook
        }
        catch (SynchronizationLockException e)
        {
            caught = e;
        }
        checks.That("an error of the original comes through", caught is not null);
        Thread main = Thread.CurrentThread;
        var interrupter = new Thread(() => main.Interrupt());
        interrupter.Start();
        caught = null;
        try
        {
            lock (gate) Monitor.Wait(gate, TooLong);
        }
        catch (ThreadInterruptedException e)
        {
            caught = e;
        }
        checks.That("Interrupt comes through the hook", caught is not null && !Monitor.IsEntered(gate));
        Volatile.Write(ref stop, 1);
        ticker.Join();
        return checks.Finish();
    }
}
