using System.Runtime.CompilerServices;

namespace Patchy.Conformance.Bodies;

/// <summary>lock, Monitor.Enter and TryEnter, synchronized methods.</summary>
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
        using var other = new LockHolder(PartnerKind.Thread, gate);
        o.Does("Exit, owned by another", () => Monitor.Exit(gate));
        o.Does("Pulse, owned by another", () => Monitor.Pulse(gate));
        o.Does("Wait, owned by another", () => Monitor.Wait(gate, 0));
        o.Does("IsEntered, owned by another", () => Monitor.IsEntered(gate));
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
        using var other = new LockHolder(kind, gate);
        o.Took("TryEnter()", 0, () => Monitor.TryEnter(gate));
        o.Took("TryEnter(0)", 0, () => Monitor.TryEnter(gate, 0));
        o.Took("TryEnter(60)", 60, () => Monitor.TryEnter(gate, 60));
        o.Took("TryEnter(20 ms, ref)", 20, () =>
        {
            bool got = false;
            Monitor.TryEnter(gate, TimeSpan.FromMilliseconds(20), ref got);
            return got;
        });
        other.Release();
        o.Took("TryEnter(5000)", 0, () => Monitor.TryEnter(gate, 5000));
        o.Say("entered", Monitor.IsEntered(gate));
        Monitor.Exit(gate);
    }

    [Body]
    public static void TryEnter_Zero_NeverSwitches(Outcome o, PartnerKind kind)
    {
        object gate = new();
        using (new LockHolder(kind, gate))
        {
            o.NeverSwitches("TryEnter()", () => Monitor.TryEnter(gate));
            o.NeverSwitches("TryEnter(0)", () => Monitor.TryEnter(gate, 0));
        }

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
        using (new LockHolder(kind, gate))
        {
            Thread me = Thread.CurrentThread;
            Partner waker = Partner.Later(kind, () => me.Interrupt());
            o.Took("Enter", 30, () => Monitor.Enter(gate));
            o.Say("entered", Monitor.IsEntered(gate));
            waker.Join();
        }

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
