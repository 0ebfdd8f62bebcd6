namespace Patchy.Conformance.Bodies;

/// <summary>Monitor.Wait, Pulse and PulseAll.</summary>
internal static class MonitorWaitBodies
{
    [Body(Blocks = 60)]
    public static void Wait_NotPulsed_TimesOutAndOwnsAgain(Outcome o)
    {
        object gate = new();
        lock (gate)
        {
            o.Took("Wait(60)", 60, () => Monitor.Wait(gate, 60));
            o.Took("Wait(20 ms)", 20, () => Monitor.Wait(gate, TimeSpan.FromMilliseconds(20)));
            o.Took("Wait(10, exit)", 10, () => Monitor.Wait(gate, 10, true));
            o.Took("Wait(0)", 0, () => Monitor.Wait(gate, 0));
            o.Say("entered", Monitor.IsEntered(gate));
        }

        o.Say("left", Monitor.IsEntered(gate));
    }

    [Body]
    public static void Wait_ReleasesAllRecursion_AndTakesItBack(Outcome o, PartnerKind kind)
    {
        object gate = new();
        Monitor.Enter(gate);
        Monitor.Enter(gate);
        Monitor.Enter(gate);
        Partner other = Partner.Start(kind, () =>
        {
            lock (gate)
            {
                o.Say("other is in");
                Monitor.Pulse(gate);
                Thread.Sleep(10);
                o.Say("other leaves");
            }
        });
        o.Does("Wait", () => Monitor.Wait(gate));
        for (int i = 0; i < 3; i++)
        {
            o.Say("entered", Monitor.IsEntered(gate));
            Monitor.Exit(gate);
        }

        o.Say("entered", Monitor.IsEntered(gate));
        o.Does("one too many", () => Monitor.Exit(gate));
        other.Join();
    }

    [Body(Blocks = 60)]
    public static void Pulse_SeveralWaiters_WakesThemInOrder(Outcome o, PartnerKind kind)
    {
        object gate = new();
        int waiting = 0, woken = 0;
        var others = new List<Partner>();
        for (int i = 0; i < 4; i++)
        {
            int n = i;
            others.Add(Partner.Start(kind, () =>
            {
                lock (gate)
                {
                    waiting++;
                    Monitor.Wait(gate);
                    o.Say("woken", n);
                    woken++;
                }
            }));
            while (true)
            {
                lock (gate)
                    if (waiting == n + 1) break;
                Thread.Sleep(1);
            }
        }

        for (int i = 0; i < 4; i++)
        {
            lock (gate) Monitor.Pulse(gate);
            Outcome.Settle();
            for (int turn = 0; turn < 2000 && Volatile.Read(ref woken) <= i; turn++) Thread.Sleep(1);
        }

        Partner.JoinAll([.. others]);
    }

    [Body]
    public static void PulseAll_SeveralWaiters_WakesAll(Outcome o)
    {
        object gate = new();
        int waiting = 0, woken = 0;
        Partner[] others = [.. Enumerable.Range(0, 6).Select(i => Partner.Start(i % 2 == 0 ? PartnerKind.Thread : PartnerKind.Native, () =>
        {
            lock (gate)
            {
                waiting++;
                Monitor.Wait(gate);
                woken++;
            }
        }))];
        while (true)
        {
            lock (gate)
                if (waiting == 6) break;
            Thread.Sleep(1);
        }

        lock (gate)
        {
            Monitor.PulseAll(gate);
            Thread.Sleep(5);
            o.Say("woken before the exit", woken);
        }

        Partner.JoinAll(others);
        o.Say("woken", woken);
    }

    [Body]
    public static void Pulse_NobodyWaits_IsLost(Outcome o)
    {
        object gate = new();
        lock (gate)
        {
            Monitor.Pulse(gate);
            Monitor.PulseAll(gate);
            o.Took("Wait(20)", 20, () => Monitor.Wait(gate, 20));
        }
    }

    [Body]
    public static void Pulse_InSameLockAsATimedOutWait_IsNotLost(Outcome o)
    {
        // A waiter that timed out before the pulse must not swallow it.
        object gate = new();
        int waiting = 0;
        bool second = false;
        Partner first = Partner.Start(() =>
        {
            lock (gate)
            {
                waiting++;
                o.Say("first", Monitor.Wait(gate, 20));
            }
        });
        Partner other = Partner.Start(() =>
        {
            lock (gate)
            {
                waiting++;
                second = Monitor.Wait(gate, 5000);
            }
        });
        first.Join();
        while (true)
        {
            lock (gate)
                if (waiting == 2) break;
            Thread.Sleep(1);
        }

        lock (gate) Monitor.Pulse(gate);
        other.Join();
        o.Say("second", second);
    }

    [Body(Blocks = 30)]
    public static void Wait_Interrupted_ThrowsOwningTheLock(Outcome o, PartnerKind kind)
    {
        object gate = new();
        Thread me = Thread.CurrentThread;
        lock (gate)
        {
            Partner waker = Partner.Later(kind, () => me.Interrupt());
            o.Took("Wait", 30, () => Monitor.Wait(gate));
            o.Say("entered", Monitor.IsEntered(gate));
            waker.Join();
        }
    }

    [Body(Blocks = 30)]
    public static void Wait_InterruptedWhileLockIsHeld_TakesItBackFirst(Outcome o, PartnerKind kind)
    {
        object gate = new();
        var waiter = new Thread(() =>
        {
            lock (gate)
            {
                o.Does("Wait", () => Monitor.Wait(gate));
                o.Say("entered", Monitor.IsEntered(gate));
            }
        })
        { IsBackground = true };
        waiter.Start();
        Outcome.SettledState(waiter);
        Outcome.Settle();
        using var taken = new ManualResetEventSlim();
        Partner holder = Partner.Start(kind, () =>
        {
            lock (gate)
            {
                taken.Set();
                Thread.Sleep(50);
                o.Say("holder leaves");
            }
        });
        taken.Wait();
        waiter.Interrupt();
        waiter.Join();
        holder.Join();
    }

    [Body(Blocks = 30)]
    public static void Wait_ZeroOrPulsed_ReacquireIsFairToOthers(Outcome o, PartnerKind kind)
    {
        // The woken waiter needs the lock back before it returns: here the pulser keeps it for a while.
        object gate = new();
        bool inside = false;
        Partner waiter = Partner.Start(kind, () =>
        {
            lock (gate)
            {
                inside = true;
                Monitor.Wait(gate);
                o.Say("waiter returned");
            }
        });
        while (true)
        {
            lock (gate)
                if (inside) break;
            Thread.Sleep(1);
        }

        lock (gate)
        {
            Monitor.Pulse(gate);
            Thread.Sleep(50);
            o.Say("pulser leaves");
        }

        waiter.Join();
    }

    [Body]
    public static void PingPong_OverWaitAndPulse_LosesNothing(Outcome o, PartnerKind kind)
    {
        object gate = new();
        int turn = 0, sum = 0;
        const int Rounds = 300;
        Partner other = Partner.Start(kind, () =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                lock (gate)
                {
                    while (turn != 1) Monitor.Wait(gate);
                    sum += i;
                    turn = 0;
                    Monitor.Pulse(gate);
                }
            }
        });
        for (int i = 0; i < Rounds; i++)
        {
            lock (gate)
            {
                while (turn != 0) Monitor.Wait(gate);
                turn = 1;
                Monitor.Pulse(gate);
            }
        }

        other.Join();
        o.Say("sum", sum);
    }
}
