using System.Runtime.CompilerServices;

namespace Patchy.Conformance.Bodies;

internal static class MonitorBodies
{
    [Body]
    public static void BadArguments_Throw(Outcome o)
    {
        object gate = new();
        o.Does("Enter(null)", () => Monitor.Enter(null!));
        o.Does("TryEnter(null)", () => Monitor.TryEnter(null!));
        o.Does("TryEnter(null, 10)", () => Monitor.TryEnter(null!, 10));
        o.Does("Exit(null)", () => Monitor.Exit(null!));
        o.Does("Wait(null)", () => Monitor.Wait(null!));
        o.Does("Pulse(null)", () => Monitor.Pulse(null!));
        o.Does("PulseAll(null)", () => Monitor.PulseAll(null!));
        o.Does("IsEntered(null)", () => Monitor.IsEntered(null!));
        o.Does("TryEnter(-2)", () => Monitor.TryEnter(gate, -2));
        o.Does("TryEnter(-2 ms)", () => Monitor.TryEnter(gate, TimeSpan.FromMilliseconds(-2)));
        o.Does("TryEnter(MaxValue)", () => Monitor.TryEnter(gate, TimeSpan.MaxValue));
        o.Does("Enter(taken)", () =>
        {
            bool taken = true;
            Monitor.Enter(gate, ref taken);
        });
        o.Does("TryEnter(taken)", () =>
        {
            bool taken = true;
            Monitor.TryEnter(gate, 5, ref taken);
        });
        lock (gate)
        {
            o.Does("Wait(-2)", () => Monitor.Wait(gate, -2));
            o.Does("Wait(-2 ms)", () => Monitor.Wait(gate, TimeSpan.FromMilliseconds(-2)));
            o.Does("Wait(MaxValue)", () => Monitor.Wait(gate, TimeSpan.MaxValue));
        }
    }

    [Body]
    public static void NotOwned_Throws(Outcome o)
    {
        object gate = new();
        o.Does("Exit", () => Monitor.Exit(gate));
        o.Does("Wait", () => Monitor.Wait(gate));
        o.Does("Wait(0)", () => Monitor.Wait(gate, 0));
        o.Does("Pulse", () => Monitor.Pulse(gate));
        o.Does("PulseAll", () => Monitor.PulseAll(gate));
        o.Does("IsEntered", () => Monitor.IsEntered(gate));
        lock (gate) o.Does("IsEntered inside", () => Monitor.IsEntered(gate));
        using var taken = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        Partner other = Partner.Start(() =>
        {
            lock (gate)
            {
                taken.Set();
                go.Wait();
            }
        });
        taken.Wait();
        o.Does("Exit, owned by another", () => Monitor.Exit(gate));
        o.Does("Pulse, owned by another", () => Monitor.Pulse(gate));
        o.Does("Wait, owned by another", () => Monitor.Wait(gate, 0));
        o.Does("IsEntered, owned by another", () => Monitor.IsEntered(gate));
        go.Set();
        other.Join();
    }

    [Body]
    public static void Recursion_NeedsAsManyExits(Outcome o, PartnerKind kind)
    {
        object gate = new();
        for (int i = 0; i < 100; i++) Monitor.Enter(gate);
        for (int i = 0; i < 99; i++)
        {
            Monitor.Exit(gate);
            if (i % 33 == 0) Thread.Sleep(1);
        }

        o.Say("still entered", Monitor.IsEntered(gate));
        Partner.Start(kind, () => o.Does("other", () => Monitor.TryEnter(gate))).Join();
        Monitor.Exit(gate);
        o.Say("entered", Monitor.IsEntered(gate));
        Partner.Start(kind, () =>
        {
            o.Does("other now", () => Monitor.TryEnter(gate));
            Monitor.Exit(gate);
        }).Join();
        o.Does("one too many", () => Monitor.Exit(gate));
    }

    [Body(Blocks = 60)]
    public static void TryEnter_HeldByAnother_TimesOut(Outcome o, PartnerKind kind)
    {
        object gate = new();
        using var taken = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        Partner other = Partner.Start(kind, () =>
        {
            lock (gate)
            {
                taken.Set();
                go.Wait();
            }
        });
        taken.Wait();
        o.Took("TryEnter()", 0, () => Monitor.TryEnter(gate));
        o.Took("TryEnter(0)", 0, () => Monitor.TryEnter(gate, 0));
        o.Took("TryEnter(60)", 60, () => Monitor.TryEnter(gate, 60));
        o.Took("TryEnter(20 ms, ref)", 20, () =>
        {
            bool got = false;
            Monitor.TryEnter(gate, TimeSpan.FromMilliseconds(20), ref got);
            return got;
        });
        go.Set();
        o.Took("TryEnter(5000)", 0, () => Monitor.TryEnter(gate, 5000));
        o.Say("entered", Monitor.IsEntered(gate));
        Monitor.Exit(gate);
        other.Join();
    }

    [Body]
    public static void TryEnter_Zero_NeverSwitches(Outcome o, PartnerKind kind)
    {
        object gate = new();
        using var taken = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        Partner other = Partner.Start(kind, () =>
        {
            lock (gate)
            {
                taken.Set();
                go.Wait();
            }
        });
        taken.Wait();
        o.NeverSwitches("TryEnter()", () => Monitor.TryEnter(gate));
        o.NeverSwitches("TryEnter(0)", () => Monitor.TryEnter(gate, 0));
        go.Set();
        other.Join();
        o.NeverSwitches("uncontended", () =>
        {
            lock (gate) return "entered";
        });
    }

    [Body(Blocks = 40)]
    public static void Enter_HeldByAnother_WaitsForItsExit(Outcome o, PartnerKind kind)
    {
        object gate = new();
        using var taken = new ManualResetEventSlim();
        Partner other = Partner.Start(kind, () =>
        {
            lock (gate)
            {
                taken.Set();
                Thread.Sleep(60);
                o.Say("owner leaves");
            }
        });
        taken.Wait();
        lock (gate) o.Say("entered");
        other.Join();
    }

    [Body(Blocks = 40)]
    public static void Enter_OwnerSleepsInside_ExcludesAll(Outcome o)
    {
        object gate = new();
        int inside = 0, worst = 0, count = 0;
        Partner.JoinAll([.. Enumerable.Range(0, 12).Select(i => Partner.Start(i % 3 == 0 ? PartnerKind.Native : PartnerKind.Thread, () =>
        {
            for (int k = 0; k < 4; k++)
            {
                lock (gate)
                {
                    worst = Math.Max(worst, ++inside);
                    Thread.Sleep(1);
                    count++;
                    inside--;
                }
            }
        }))]);
        o.Say("worst", worst);
        o.Say("count", count);
    }

    [Body]
    public static void Enter_CounterWithoutInterlocked_IsExact(Outcome o, PartnerKind kind)
    {
        object gate = new();
        int count = 0;
        void Add()
        {
            for (int k = 0; k < 3000; k++)
            {
                lock (gate)
                {
                    int old = count;
                    if (k % 500 == 0) Thread.Yield();
                    count = old + 1;
                }
            }
        }

        Partner[] others = [.. Enumerable.Range(0, 4).Select(_ => Partner.Start(kind, Add))];
        Add();
        Partner.JoinAll(others);
        o.Say("count", count);
    }

    [Body(Blocks = 30)]
    public static void Enter_Interrupted_ThrowsAndDoesNotOwn(Outcome o, PartnerKind kind)
    {
        object gate = new();
        using var taken = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        Partner other = Partner.Start(kind, () =>
        {
            lock (gate)
            {
                taken.Set();
                go.Wait();
            }
        });
        taken.Wait();
        Thread me = Thread.CurrentThread;
        Partner waker = Partner.Start(kind, () =>
        {
            Outcome.Settle();
            me.Interrupt();
        });
        o.Took("Enter", 30, () => Monitor.Enter(gate));
        o.Say("entered", Monitor.IsEntered(gate));
        waker.Join();
        go.Set();
        other.Join();
        o.Does("TryEnter afterwards", () => Monitor.TryEnter(gate));
    }

    [Body]
    public static void Enter_UncontendedWithPendingInterrupt_Enters(Outcome o)
    {
        object gate = new();
        Thread.CurrentThread.Interrupt();
        lock (gate) o.Say("entered");
        o.Does("next sleep", () => Thread.Sleep(1));
    }

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
        int waiting = 0;
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
            Partner waker = Partner.Start(kind, () =>
            {
                Outcome.Settle();
                me.Interrupt();
            });
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

    [Body(Blocks = 60)]
    public static void SynchronizedMethods_Exclude(Outcome o, PartnerKind kind)
    {
        var box = new Synchronized();
        Synchronized.InsideType = false;
        Partner other = Partner.Start(kind, () => box.Hold(o, "other"));
        while (!box.Inside) Thread.Sleep(1);
        box.Hold(o, "body");
        other.Join();
        Partner holder = Partner.Start(kind, () => Synchronized.HoldType(o, "other on type"));
        while (!Synchronized.InsideType) Thread.Sleep(1);
        Synchronized.HoldType(o, "body on type");
        holder.Join();
    }

    private sealed class Synchronized
    {
        public volatile bool Inside;
        public static volatile bool InsideType;

        [MethodImpl(MethodImplOptions.Synchronized)]
        public void Hold(Outcome o, string who)
        {
            Inside = true;
            Thread.Sleep(40);
            o.Say(who, Monitor.IsEntered(this));
        }

        [MethodImpl(MethodImplOptions.Synchronized)]
        public static void HoldType(Outcome o, string who)
        {
            InsideType = true;
            Thread.Sleep(40);
            o.Say(who, Monitor.IsEntered(typeof(Synchronized)));
        }
    }

    [Body]
    public static void Enter_ManyObjectsManyThreads_AllExact(Outcome o)
    {
        object[] gates = [.. Enumerable.Range(0, 7).Select(_ => new object())];
        int[] counts = new int[7];
        Partner.JoinAll([.. Enumerable.Range(0, 14).Select(n => Partner.Start(n % 4 == 0 ? PartnerKind.Native : PartnerKind.Thread, () =>
        {
            for (int k = 0; k < 140; k++)
            {
                int i = (k + n) % 7;
                lock (gates[i])
                {
                    int old = counts[i];
                    if (k % 20 == 0) Thread.Sleep(0);
                    counts[i] = old + 1;
                }
            }
        }))]);
        o.Say("counts", counts);
    }

    [Body]
    public static void Enter_ExceptionInside_ReleasesTheLock(Outcome o)
    {
        object gate = new();
        o.Does("throws", () =>
        {
            lock (gate)
            {
                Thread.Sleep(2);
                throw new InvalidOperationException("inside");
            }
        });
        Partner.Start(() => o.Does("other", () =>
        {
            bool got = Monitor.TryEnter(gate, 1000);
            if (got) Monitor.Exit(gate);
            return got;
        })).Join();
    }

    [Body]
    public static void Lock_ThreadEndsOwning_StaysOwned(Outcome o)
    {
        object gate = new();
        var t = new Thread(() => Monitor.Enter(gate));
        t.Start();
        t.Join();
        o.Took("TryEnter(20)", 20, () => Monitor.TryEnter(gate, 20));
    }
}
