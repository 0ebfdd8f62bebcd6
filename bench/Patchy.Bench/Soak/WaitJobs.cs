namespace Patchy.Bench.Soak;

/// <summary>Waiting for others: tasks, events, threads; and being thrown out of a wait.</summary>
internal sealed class WaitJobs(SoakState state, Random random)
{
    [ThreadStatic] private static int t_fresh;

    public void RunTask()
    {
        int n = random.Next();
        Expect(Task.Run(() => Later(n)).Result == n, "task");
        try
        {
            Task.Run(() => throw new FormatException("t" + n)).Wait();
            Expect(false, "no exception came");
        }
        catch (AggregateException e) when (e.InnerException is FormatException f && f.Message == "t" + n)
        {
            state.Count("task failures");
        }
    }

    private static async Task<int> Later(int n)
    {
        await Task.Delay(1).ConfigureAwait(false);
        return n;
    }

    public void Delay() => Task.Delay(random.Next(3)).GetAwaiter().GetResult();

    public void Events()
    {
        using var there = new AutoResetEvent(false);
        using var back = new ManualResetEventSlim();
        int rounds = random.Next(1, 4), seen = 0;
        var t = new Thread(() =>
        {
            for (int i = 0; i < rounds; i++)
            {
                there.WaitOne();
                seen++;
                back.Set();
            }
        });
        t.Start();
        for (int i = 0; i < rounds; i++)
        {
            there.Set();
            back.Wait();
            back.Reset();
        }

        t.Join();
        Expect(seen == rounds, "events");
    }

    public void Pulse()
    {
        object gate = new();
        int turn = 0, rounds = random.Next(1, 6);
        var t = new Thread(() =>
        {
            for (int i = 0; i < rounds; i++)
            {
                lock (gate)
                {
                    while (turn != 1) Monitor.Wait(gate);
                    turn = 0;
                    Monitor.PulseAll(gate);
                }
            }
        });
        t.Start();
        for (int i = 0; i < rounds; i++)
        {
            lock (gate)
            {
                while (turn != 0) Monitor.Wait(gate);
                turn = 1;
                Monitor.PulseAll(gate);
            }
        }

        t.Join();
        Expect(turn == 0, "pulse");
    }

    public void Threads()
    {
        int ended = 0, count = random.Next(1, 4);
        Thread[] threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(() =>
        {
            if (t_fresh++ != 0) state.Fail("threads", "a thread static is not fresh");
            if (count == 2) Thread.Sleep(1);
            Interlocked.Increment(ref ended);
        }))];
        foreach (Thread t in threads) t.Start();
        foreach (Thread t in threads) t.Join();
        Expect(ended == count, $"{ended} of {count} threads have run to their end before Join returned");
        Expect(threads.All(t => t.ThreadState == ThreadState.Stopped && !t.IsAlive), "states after Join: " + string.Join(" ", threads.Select(t => $"{t.ThreadState} alive {t.IsAlive}")));
    }

    public void Interrupt()
    {
        bool interrupted = false;
        int way = random.Next(3);
        object gate = new();
        var t = new Thread(() =>
        {
            try
            {
                if (way == 0) Thread.Sleep(Timeout.Infinite);
                if (way == 1)
                {
                    lock (gate) Monitor.Wait(gate);
                }

                if (way == 2) new ManualResetEventSlim().Wait();
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        });
        t.Start();
        if (random.Next(2) == 0) Thread.Sleep(1);
        t.Interrupt();
        t.Join();
        Expect(interrupted, "interrupt");
    }

    public void TimeLimit()
    {
        int ms = random.Next(1, 5);
        GreenletTimeout limit = GreenletTimeout.Start(TimeSpan.FromMilliseconds(ms));
        try
        {
            using (limit)
            {
                if (random.Next(2) == 0)
                {
                    Thread.Sleep(Timeout.Infinite);
                }
                else
                {
                    new SemaphoreSlim(0).Wait();
                }
            }

            Expect(false, "nothing ended the wait");
        }
        catch (GreenletTimeout e)
        {
            Expect(ReferenceEquals(e, limit), "another's timeout came");
        }
    }

    private static void Expect(bool ok, string what)
    {
        if (!ok) throw new InvalidOperationException("wrong: " + what);
    }
}
