using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using Patchy.Diagnostics;
using Patchy.Fibers;
using Patchy.Interop;
using Patchy.Threading;

namespace Patchy;

// Protocol.
//  1. One native thread looks at every hub every few milliseconds. A hub is stuck when the same greenlet has had its carrier, in its own code, for two looks
//     although there is something for the hub to do.
//  2. It then takes the hub from that greenlet (CarrierHold), which fails if the greenlet has entered the hub meanwhile. The monitor's
//     kernel thread becomes the hub's carrier, by a switch to the loop; the loop attaches the monitor to a new kernel thread.
//  3. The greenlet goes on beside the hub, as one that has escaped, and comes back at its next entry into the hub (Hub.Rejoin).
//  4. A carrier that sleeps in the kernel is always relieved: what it waits for may be a greenlet of its own hub (a static constructor, for one). One that
//     computes is relieved for green Threads and for the main thread, whose code was written for preemption, not for spawned greenlets, which may rely
//     on nobody else running until they wait.
//  5. One that keeps the carrier all the same, for BlockingMonitor.MaxBlockingTime, is reported there.
//  6. A hub whose thread has ended goes on the same way until its greenlets have ended, then it is destroyed (OrphanEnd).
//  7. While foreground green threads live, this thread is a foreground one. After Main has returned, main's kernel thread sleeps in the runtime's shutdown,
//     so rule 4 relieves it, and the green threads run to their end.

/// <summary>Sees to it that a blocked carrier does not freeze its hub. The counterpart of Go's sysmon; gevent can only report.</summary>
internal sealed class HubMonitor
{
    private const int LookEveryMilliseconds = 10;
    private const int LookEveryWhenAsleep = 20;

    private static SpinLatch s_latch;
    private static HubMonitor? s_instance;
    private static Thread? s_thread;
    private static long s_now = Environment.TickCount64;

    private readonly Dictionary<Hub, LastLook> _looks = [];
    private readonly Dictionary<FiberKind, Fiber> _self = [];

    private HubMonitor() { }

    /// <summary>How often a hub was taken from a greenlet that kept its carrier.</summary>
    public static long Reliefs { get; private set; }

    /// <summary>How many of these slept in the kernel, and did not compute: calls that block and are not cooperative. The start of a thread is none of them: its length is the kernel's.</summary>
    public static long SleepersRelieved { get; private set; }

    /// <summary>How often a spawned greenlet was seen to compute without a wait while others were ready.</summary>
    public static long Hogs { get; private set; }

    /// <summary>May be called from any thread: Environment.TickCount64 as of the last look, some 20 ms ago at most on a machine that keeps up. For what is only shown: a call of the clock is a twentieth of a hand-over.</summary>
    public static long Now => Volatile.Read(ref s_now);

    /// <summary>May be called from any thread, any number of times.</summary>
    public static void EnsureStarted()
    {
        if (Volatile.Read(ref s_instance) is not null) return;
        var monitor = new HubMonitor();
        var thread = new Thread(monitor.Run) { IsBackground = true, Name = "Patchy monitor" };
        s_latch.Enter();
        bool first = s_instance is null;
        if (first)
        {
            s_thread = thread;
            s_instance = monitor;
        }
        s_latch.Exit();
        if (!first) return;
        NativeThreads.Start(thread);
        HubDumpSignal.ListenIfAsked();
    }

    /// <summary>Makes the monitor's thread a foreground one, or a background one again.</summary>
    public static unsafe void KeepProcessAlive(bool keep)
    {
        if (s_thread is { } thread) CooperativeThread.SetIsBackgroundOriginal(thread, !keep);
    }

    private unsafe void Run()
    {
        while (true)
        {
            Volatile.Write(ref s_now, Environment.TickCount64);
            bool anyAwake = false;
            Hub[] hubs = HubRegistry.All;
            foreach (Hub hub in hubs) anyAwake |= Look(hub);
            if (_looks.Count > hubs.Length) Forget(hubs);
            CooperativeSleep.SleepOriginal(anyAwake ? LookEveryMilliseconds : LookEveryWhenAsleep);
        }
    }

    /// <summary>Hubs that were destroyed.</summary>
    private void Forget(Hub[] hubs)
    {
        foreach (Hub hub in new List<Hub>(_looks.Keys))
            if (Array.IndexOf(hubs, hub) < 0) _looks.Remove(hub);
    }

    /// <summary>False when the hub sleeps.</summary>
    private bool Look(Hub hub)
    {
        hub.EndIfOrphaned();
        if (!_looks.TryGetValue(hub, out LastLook? last)) _looks[hub] = last = new LastLook();
        if (hub.Inbox.IsAsleep)
        {
            last.Begin(-1, null); // or a greenlet that was seen would live as long as this sleep
            return false;
        }
        long count = hub.SwitchCount;
        Greenlet? current = hub.Occupant;
        bool same = last.Count == count && last.Greenlet == current;
        if (!same) last.Begin(count, current);
        if (same && current is not null && hub.IsOccupiedBy(current) && HasWork(hub) && !Debugger.IsAttached)
        {
            if (last.Age >= hub.ReliefAfter) Relieve(hub, current);
            if (hub.IsOccupiedBy(current)) last.Report(current);
        }
        return true;
    }

    private static bool HasWork(Hub hub) =>
        hub.HasReady || !hub.Inbox.IsEmpty || hub.Attachments.HasWork || hub.Timers.NextDue <= Deadline.Now || Libc.IsReadable(hub.Reactor.Descriptor);

    /// <summary>When this thread first saw a greenlet on the carrier, and what of that is reported.</summary>
    private sealed class LastLook
    {
        private long _since;
        private TimeSpan _reported;

        public long Count { get; private set; } = -1;

        public Greenlet? Greenlet { get; private set; }

        public TimeSpan Age => Stopwatch.GetElapsedTime(_since);

        public void Begin(long count, Greenlet? greenlet)
        {
            Count = count;
            Greenlet = greenlet;
            _since = Stopwatch.GetTimestamp();
            _reported = TimeSpan.Zero;
        }

        /// <summary>It still has the carrier. Once for each MaxBlockingTime, as gevent does.</summary>
        public void Report(Greenlet greenlet)
        {
            TimeSpan time = Stopwatch.GetElapsedTime(_since);
            if (time - _reported < BlockingMonitor.MaxBlockingTime) return;
            _reported = time;
            BlockingMonitor.Report(greenlet, time);
        }
    }

    private void Relieve(Hub hub, Greenlet current)
    {
        bool computes = KernelThread.IsRunning(current.Fiber is { KernelThreadId: > 0 } own ? own.KernelThreadId : hub.CarrierTid);
        if (computes && current is not GreenThread && current != hub.Main)
        {
            Hogs++;
            HubEventSource.Log.CarrierHogged(current.Name, hub.ToString());
            return;
        }
        if (!_self.TryGetValue(hub.Kind, out Fiber? self)) // before the hub is taken: nothing may fail after
            _self[hub.Kind] = self = Fiber.ForCurrentThread(hub.Kind);
        else if (self.State == FiberState.Attached)
            self.BecomeCarrier();
        if (!current.Hold.TryTake()) return;
        current.IsOffCarrier = true;
        current.OnLeavingCarrier(); // who waits for a lock of it can no longer rely on its stops
        Reliefs++;
        if (!computes && !current.IsStartingThread) SleepersRelieved++;
        hub.CarrierTid = Libc.gettid();
        hub.Attachments.EnqueueEscape(self);
        self.LeaveCarrierTo(hub.LoopForATurn());
        HubEventSource.Log.CarrierRelieved(current.Name, hub.ToString());
    }
}
