namespace Patchy.Tests.Threading;

/// <summary>Monitor, as it is documented and as the runtime does it.</summary>
internal static class MonitorCases
{
    public static readonly SyncCase[] All =
    [
        SyncCase.Of("Enter waits for the holder", "held left entered", static (sync, trace) =>
        {
            object target = new();
            sync.Enter(target);
            trace.Add("held");
            Thread other = sync.Start(() =>
            {
                sync.Enter(target);
                trace.Add("entered");
                Monitor.Exit(target);
            });
            SyncCase.Settle(sync, other);
            trace.Add("left");
            Monitor.Exit(target);
            sync.Join(other);
        }),
        SyncCase.Of("Enter serves in order", "0 1 2 3 4", static (sync, trace) =>
        {
            object target = new();
            sync.Enter(target);
            var threads = new List<Thread>();
            for (int i = 0; i < 5; i++)
            {
                int number = i;
                threads.Add(sync.Start(() =>
                {
                    sync.Enter(target);
                    trace.Add(number);
                    sync.Sleep(2);
                    Monitor.Exit(target);
                }));
                SyncCase.Settle(sync, threads[^1]);
            }
            Monitor.Exit(target);
            threads.ForEach(thread => sync.Join(thread));
        }),
        SyncCase.Of("Enter is recursive and must be left as often", "False True", static (sync, trace) =>
        {
            object target = new();
            for (int i = 0; i < 100; i++) sync.Enter(target); // beyond what the object header can count
            for (int i = 0; i < 99; i++) Monitor.Exit(target);
            sync.Join(sync.Start(() => trace.Add(sync.TryEnter(target, 0))));
            Monitor.Exit(target);
            sync.Join(sync.Start(() => trace.Add(sync.TryEnter(target, 0))));
        }),
        SyncCase.Of("TryEnter with a timeout", "False False True ArgumentOutOfRangeException", static (sync, trace) =>
        {
            object target = new();
            sync.Enter(target);
            Thread late = sync.Start(() => trace.Call(() => sync.TryEnter(target, 20)));
            sync.Join(late);
            sync.Join(sync.Start(() => trace.Call(() => sync.TryEnter(target, 0))));
            Thread patient = sync.Start(() => trace.Call(() => sync.TryEnter(target, 30_000)));
            sync.Sleep(20);
            Monitor.Exit(target);
            sync.Join(patient);
            trace.Call(() => sync.TryEnter(new object(), -2));
        }),
        SyncCase.Of("Interrupt ends Enter, and the lock is not taken", "ThreadInterruptedException False free", static (sync, trace) =>
        {
            object target = new();
            sync.Enter(target);
            Thread waiting = sync.Start(() =>
            {
                trace.Call(() => sync.Enter(target));
                trace.Add(Monitor.IsEntered(target));
            });
            sync.Sleep(20);
            sync.Interrupt(waiting);
            sync.Join(waiting);
            Monitor.Exit(target);
            sync.Join(sync.Start(() => trace.Add(sync.TryEnter(target, 30_000) ? "free" : "taken")));
        }),
        SyncCase.Of("Interrupt before Enter counts when it has to wait", "free ThreadInterruptedException", static (sync, trace) =>
        {
            object mine = new(), target = new();
            bool go = false;
            sync.Enter(target);
            Thread waiting = sync.Start(() =>
            {
                while (!Volatile.Read(ref go)) Thread.SpinWait(10);
                sync.Enter(mine);
                trace.Add("free");
                trace.Call(() => sync.Enter(target));
            });
            sync.Interrupt(waiting);
            Volatile.Write(ref go, true);
            sync.Join(waiting);
            Monitor.Exit(target);
        }),
        SyncCase.Of("Wait, Pulse and PulseAll check their arguments and the owner",
            "ArgumentNullException ArgumentOutOfRangeException SynchronizationLockException ArgumentNullException SynchronizationLockException ArgumentNullException SynchronizationLockException",
            static (sync, trace) =>
            {
                object target = new();
                trace.Call(() => sync.Wait(null!));
                trace.Call(() => sync.Wait(target, -2));
                trace.Call(() => sync.Wait(target));
                trace.Call(() => sync.Pulse(null!));
                trace.Call(() => sync.Pulse(target));
                trace.Call(() => sync.PulseAll(null!));
                trace.Call(() => sync.PulseAll(target));
            }),
        SyncCase.Of("Wait times out and holds the lock again", "False True False", static (sync, trace) =>
        {
            object target = new();
            sync.Enter(target);
            trace.Add(sync.Wait(target, 20));
            trace.Add(Monitor.IsEntered(target));
            trace.Add(sync.Wait(target, 0));
            Monitor.Exit(target);
        }),
        SyncCase.Of("Wait gives up every level and takes every level again", "entered pulsed True True True False", static (sync, trace) =>
        {
            object target = new();
            for (int i = 0; i < 3; i++) sync.Enter(target);
            Thread pulser = sync.Start(() =>
            {
                sync.Enter(target); // not before the wait has given up every level
                trace.Add("entered");
                sync.Pulse(target);
                trace.Add("pulsed");
                Monitor.Exit(target);
            });
            trace.Add(sync.Wait(target));
            for (int i = 0; i < 3; i++)
            {
                Monitor.Exit(target);
                trace.Add(Monitor.IsEntered(target));
            }
            sync.Join(pulser);
        }),
        SyncCase.Of("Pulse wakes one, in order; PulseAll the rest", "p 0 p 1 all rest rest", static (sync, trace) =>
        {
            object target = new();
            var threads = new List<Thread>();
            int waiting = 0, woken = 0;
            for (int i = 0; i < 4; i++)
            {
                int number = i;
                threads.Add(sync.Start(() =>
                {
                    sync.Enter(target);
                    waiting++;
                    sync.Wait(target);
                    woken++;
                    trace.Add(number < 2 ? number : "rest"); // those who are woken together race for the lock, natively too
                    Monitor.Exit(target);
                }));
                Until(sync, target, () => waiting > number);
            }
            int expected = 0;
            foreach (string what in new[] { "p", "p", "all" })
            {
                sync.Enter(target);
                trace.Add(what);
                if (what == "p") sync.Pulse(target);
                else sync.PulseAll(target);
                Monitor.Exit(target);
                expected += what == "p" ? 1 : 2;
                Until(sync, target, () => woken >= expected);
            }
            threads.ForEach(thread => sync.Join(thread));
        }),
        SyncCase.Of("A pulse without waiters is lost", "False", static (sync, trace) =>
        {
            object target = new();
            sync.Enter(target);
            sync.Pulse(target);
            trace.Add(sync.Wait(target, 20));
            Monitor.Exit(target);
        }),
        SyncCase.Of("Interrupt ends Wait after the lock is held again", "still-held ThreadInterruptedException True", static (sync, trace) =>
        {
            object target = new();
            bool waits = false;
            Thread waiting = sync.Start(() =>
            {
                sync.Enter(target);
                waits = true;
                trace.Call(() => sync.Wait(target));
                trace.Add(Monitor.IsEntered(target));
                Monitor.Exit(target);
            });
            Until(sync, target, () => waits);
            sync.Enter(target);
            sync.Interrupt(waiting);
            sync.Sleep(20);
            trace.Add("still-held");
            Monitor.Exit(target);
            sync.Join(waiting);
        }),
        SyncCase.Of("A pulse after an interrupt goes to the next waiter", "ThreadInterruptedException True", static (sync, trace) =>
        {
            object target = new();
            int waiting = 0;
            Thread first = sync.Start(() => { sync.Enter(target); waiting++; trace.Call(() => sync.Wait(target)); Monitor.Exit(target); });
            Until(sync, target, () => waiting == 1);
            Thread second = sync.Start(() => { sync.Enter(target); waiting++; trace.Call(() => sync.Wait(target, 30_000)); Monitor.Exit(target); });
            Until(sync, target, () => waiting == 2);
            sync.Interrupt(first);
            sync.Join(first);
            sync.Enter(target);
            sync.Pulse(target);
            Monitor.Exit(target);
            sync.Join(second);
        }),
    ];

    /// <summary>Looks with the lock held: who has said under the lock that it waits next does wait by then.</summary>
    private static void Until(ISync sync, object target, Func<bool> condition)
    {
        while (true)
        {
            sync.Enter(target);
            bool holds = condition();
            Monitor.Exit(target);
            if (holds) return;
            sync.Sleep(1);
        }
    }
}
