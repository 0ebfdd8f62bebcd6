using System;
using System.Runtime.CompilerServices;
using System.Threading;
using Patchy.Fibers;
using Patchy.Interop;
using Patchy.Reactor;
using Patchy.Scheduling;
using Patchy.Threading;

namespace Patchy;

// Protocol: who may touch the state of a hub (run queue, timers, worker pool, attach queue)?
//  1. The greenlet whose own code runs on the carrier enters the hub before it touches that state, and leaves it after (CarrierHold). In the loop the hub is entered.
//  2. HubMonitor takes the hub away from a greenlet that keeps the carrier too long, unless that has entered; the greenlet then fails to enter, and comes
//     back as one that escaped: through the inbox.
//  3. A switch happens with the hub entered; the greenlet that is switched to leaves it.
//  4. Other threads hand things over through the inbox only.

/// <summary>
/// The scheduler of one carrier: it runs greenlets until they wait, fires timers and polls descriptors. One for each thread that needs one,
/// made on first need. The counterpart of gevent.hub.Hub.
/// </summary>
public sealed partial class Hub
{
    private const int SwitchesBetweenTurnChecks = 64;
    private const int FewReady = 16; // what so few need is in the nearest cache anyway
    private const int MainThreadId = 1; // CoreCLR numbers its threads from the main one
    private static readonly long s_turnTicks = System.Diagnostics.Stopwatch.Frequency / 1000; // a turn without a poll lasts 1 ms at most

    internal readonly TimerHeap Timers = new();
    internal readonly Inbox Inbox;
    internal readonly EpollReactor Reactor;
    internal readonly AttachQueue Attachments;
    internal readonly FiberWorkerPool Workers;
    internal RunQueue Ready;
    internal readonly MinimalIdents Idents = new();
    private int _lastGreenletId;
    private static int s_lastOwnId;

    private readonly EventFd _bell;
    private readonly HubLoop _loop;
    private int _switchesLeft = SwitchesBetweenTurnChecks;

    [ThreadStatic] private static Hub? t_loopOf;
    [ThreadStatic] private static bool t_admitted;
    private static volatile bool s_mainThreadAdmitted;

    private Hub(FiberKind kind)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("Patchy's hub waits with epoll, which this system does not have. Run on Linux, or leave Patchy out here.");
        Kind = FiberPlatform.Resolve(kind);
        _bell = new EventFd();
        Inbox = new Inbox(_bell);
        Reactor = new EpollReactor(this, _bell);
        Attachments = new AttachQueue(this);
        Workers = new FiberWorkerPool(this);
        _callbacks = new CallbackPool(this);
        _errorPrinter = new ErrorPrinter(this);
        _loopExits = new LoopExitWatch(this);
        _loop = new HubLoop(this);
        Main = Greenlet.ForRunningCode(this, $"main greenlet of thread {Environment.CurrentManagedThreadId}");
        Name = $"hub of thread {Environment.CurrentManagedThreadId}";
    }

    /// <summary>The kind of fiber that hubs made from now on use; <see cref="FiberKind.Auto"/> lets PATCHY_FIBER or the machine decide.</summary>
    public static FiberKind DefaultFiber { get; set; } = FiberKind.Auto;

    /// <summary>The kind of fiber that this hub uses.</summary>
    public FiberKind Kind { get; }

    /// <summary>The greenlet that has the carrier, or null while the loop has it. Other threads see an old or a new value.</summary>
    internal Greenlet? Occupant { get; private set; }

    /// <summary>How often a greenlet of this hub got the carrier: a hub whose count stands still is stuck or asleep. May be called from any thread; then it may be an old value.</summary>
    public long SwitchCount { get; private set; }

    internal long LastTurnTicks { get; set; }

    internal int CarrierTid { get; set; }

    /// <summary>How long a greenlet may keep the carrier, after the look that has seen it first, before the monitor takes the hub from it. More than zero is for tests of the order of turns: on a slow machine everything takes long.</summary>
    internal TimeSpan ReliefAfter { get; set; }

    /// <summary>True when other greenlets of this hub are ready to run now.</summary>
    internal bool HasReady => !Ready.IsEmpty;

    internal bool IsOccupiedBy(Greenlet greenlet) => ReferenceEquals(Occupant, greenlet) && greenlet.Hold.IsInOwnCode;

    internal BystanderList Bystanders { get; } = new();

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The hub of the calling thread, or null.</summary>
    internal static Hub? OfThisThreadOrNull() => Greenlet.OfThisThread?.Hub ?? t_loopOf;

    /// <summary>The hub of the calling thread; made when there is none.</summary>
    internal static Hub ForThisThread() => Greenlet.OfThisThread?.Hub ?? t_loopOf ?? Create(DefaultFiber);

    /// <summary>The calling thread and the main thread count as hub threads from now on: a Thread started there becomes green. The hub itself is made on need.</summary>
    internal static void AdmitThread(Thread thread)
    {
        if (thread == Thread.CurrentThread) t_admitted = true;
        s_mainThreadAdmitted = true;
        ScriptCells.Watch();
    }

    /// <summary>What AdmitThread and DismissThreads change for the calling thread, so that a patch that fails can put it back.</summary>
    internal static (bool Mine, bool Main) Admission
    {
        get => (t_admitted, s_mainThreadAdmitted);
        set => (t_admitted, s_mainThreadAdmitted) = value;
    }

    /// <summary>True where a Thread that is started becomes green: on a greenlet, in a callback, on an admitted thread, and in a cell of a script, on whatever thread.</summary>
    internal static bool IsHubThread() =>
        Greenlet.OfThisThread is not null || t_loopOf is not null || t_admitted
        || (s_mainThreadAdmitted && Environment.CurrentManagedThreadId == MainThreadId) || ScriptCells.IsRunningHere();

    /// <summary>No thread counts as a hub thread any more, unless it has a hub.</summary>
    internal static void DismissThreads()
    {
        t_admitted = false;
        s_mainThreadAdmitted = false;
    }

    /// <summary>The greenlet that runs on the calling thread; a native thread gets a hub and becomes its main greenlet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Greenlet RunningHere()
    {
        Hub[] hubs = HubRegistry.All;
        return hubs.Length == 1 && hubs[0].Occupant is { } occupant && occupant.IsRunningOnThisStack ? occupant : LookForRunning();
    }

    /// <summary>As <see cref="Greenlet.Running"/>; with one hub it asks the greenlet, which is near, before the thread's own storage, which with many greenlets is far away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Greenlet? RunningHereOrNull()
    {
        Hub[] hubs = HubRegistry.All;
        return hubs.Length == 1 && hubs[0].Occupant is { } occupant && occupant.IsRunningOnThisStack ? occupant : Greenlet.Running;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Greenlet LookForRunning()
    {
        if (Greenlet.Running is { } running) return running;
        if (Greenlet.OfThisThread is { } escaped)
            throw new InvalidOperationException($"{escaped.Name} is in a call that blocks, on a kernel thread of its own: it cannot wait for its hub there.");
        if (IsLoopHere) throw new BlockingSwitchOutException();
        return Create(DefaultFiber).Main;
    }

    /// <summary>A hub for the calling native thread, whose code becomes the main greenlet.</summary>
    internal static Hub Create(FiberKind kind)
    {
        var hub = new Hub(kind);
        Fiber fiber = Fiber.ForCurrentThread(hub.Kind);
        hub._loop.Launch();
        hub.CarrierTid = Libc.gettid();
        hub._firstTid = hub.CarrierTid;
        hub.Occupant = hub.Main;
        Greenlet.Adopt(hub.Main, Thread.CurrentThread, Environment.CurrentManagedThreadId, fiber);
        hub.Main.Hold.Leave();
        HubRegistry.Add(hub);
        HubMonitor.EnsureStarted();
        return hub;
    }

    /// <summary>Only on the running greenlet: takes the hub's state. One that has lost the carrier meanwhile comes back to it first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Enter(Greenlet self)
    {
        if (!self.Hold.TryEnter()) Rejoin(self);
    }

    /// <summary>May be called from any thread: <paramref name="greenlet"/> is ready to run; <paramref name="node"/> delivers it when the caller is not on the carrier.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    internal void MakeReady(Greenlet greenlet, InboxNode node)
    {
        if (!TryMakeReadyHere(greenlet)) Inbox.Post(node);
    }

    /// <summary>Only with the hub entered.</summary>
    internal void MakeReadyEntered(Greenlet greenlet) => Ready.Enqueue(greenlet);

    /// <summary>May be called from any thread: a greenlet that has never run is queued.</summary>
    /// <exception cref="HubDestroyedException">The hub is no more.</exception>
    internal void Admit(Greenlet greenlet)
    {
        if (TryMakeReadyHere(greenlet)) return;
        ThrowIfClosing();
        Inbox.Post(new AdmitNode(greenlet));
        RejectIfOver();
    }

    /// <summary>May be called from any thread but the running greenlet's: a greenlet is to be started later.</summary>
    /// <exception cref="HubDestroyedException">The hub is no more.</exception>
    internal void Admit(StartTimer timer)
    {
        if (t_loopOf == this)
        {
            timer.Deliver(this);
            return;
        }
        ThrowIfClosing();
        Inbox.Post(timer);
        RejectIfOver();
    }

    /// <summary>Only with the hub entered: an id for a greenlet of the pool; they are above 0.</summary>
    internal int NextPooledId() => _lastGreenletId = _lastGreenletId == int.MaxValue ? 1 : _lastGreenletId + 1;

    /// <summary>May be called from any thread: an id for another one, below 0.</summary>
    internal static int NextOwnId() => Interlocked.Decrement(ref s_lastOwnId);

    /// <summary>Only with the hub entered, by the greenlet that has the carrier and is queued or parked: others run until it is switched back to. The hub is still entered then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SwitchAway(Greenlet self)
    {
        Fiber target = NextFiber(), own = self.Fiber!;
        if (ReferenceEquals(target, own)) return;
        if (own is UserModeFiber user) user.SwitchTo(target); // not by way of the method table
        else own.SwitchTo(target);
    }

    /// <summary>Only with the hub entered, as the last thing before a switch: whom to switch to. Counts the switch and makes it the current one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Fiber NextFiber()
    {
        if (MayGoOn())
        {
            if (Ready.First is { } next && (next.IsDetaching ? null : next.Fiber) is var known && (known ?? FiberOf(next)) is { } fiber)
            {
                Ready.RemoveFirst();
                Dispatch(next);
                if (Ready.Count > FewReady && Kind == FiberKind.User) Readahead.Advance(in Ready);
                return fiber;
            }
        }
        return LoopWithoutGreenlet();
    }

    /// <summary>Only with the hub entered, before each greenlet or callback that runs: false when the loop has to look after timers and descriptors first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool MayGoOn() => --_switchesLeft > 0 || CheckTurn();

    /// <summary>Only with the hub entered: <paramref name="next"/> has the carrier from now on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Dispatch(Greenlet next)
    {
        SwitchCount++;
        Occupant = next;
    }

    /// <summary>The loop was entered because the turn is over: it fires timers and polls before anything else runs. Only with the hub entered.</summary>
    internal bool TurnIsOver { get; private set; }

    /// <summary>Only on the loop, between turns.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    internal void BeginTurn()
    {
        TurnIsOver = false;
        if (_probes is not null) TellProbesOfTurn();
        _switchesLeft = _probes is null ? SwitchesBetweenTurnChecks : 1;
        LastTurnTicks = Deadline.Now;
    }

    /// <summary>Only with the hub entered: the loop, as the next to run, and with a whole turn: whoever waits for a kernel thread gets it before anything else runs.</summary>
    internal Fiber LoopForATurn()
    {
        TurnIsOver = true;
        if (_probes is not null) TellProbesOfBoundary();
        return LoopWithoutGreenlet();
    }

    private Fiber LoopWithoutGreenlet()
    {
        Occupant = null;
        return _loop.Fiber;
    }

    internal void DeclareLoopHere() => t_loopOf = this;

    /// <summary>True when the calling code is run by a hub itself: it must not wait.</summary>
    internal static bool IsLoopHere => t_loopOf is not null;

    /// <summary>The greenlet is on a kernel thread of its own: gives it up and comes back, with the hub entered.</summary>
    internal void Rejoin(Greenlet self)
    {
        Greenlet.SetRunning(null);
        self.IsDetaching = true;
        Inbox.Post(new ReturnNode(self));
        self.Fiber!.Detach();
        self.Hold.Return();
        self.IsOffCarrier = false;
        Greenlet.SetRunning(self);
    }

    /// <summary>Only on the loop, when a greenlet is ready and first: takes it, gives it a fiber if it has none, and makes it the current one.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    internal Fiber? TakeReady(out Greenlet? failed, out FiberLimitException? limit)
    {
        failed = null;
        limit = null;
        Greenlet next = Ready.First!;
        if (!TryGetFiber(next, out Fiber? fiber))
        {
            _switchesLeft = 1; // a launch takes as long as many switches
            try
            {
                fiber = Workers.Make(next);
            }
            catch (FiberLimitException exception)
            {
                failed = next;
                limit = exception;
            }
        }
        Ready.Dequeue();
        if (failed is null) Dispatch(next);
        return fiber;
    }

    [MethodImpl(HotPath.CompiledOnce)]
    private bool TryMakeReadyHere(Greenlet greenlet)
    {
        Greenlet? self = Occupant;
        if (self is null || !self.IsRunningOnThisStack)
        {
            if (t_loopOf == this)
            {
                Ready.Enqueue(greenlet);
                return true;
            }
            self = Greenlet.Running;
            if (self is null || self.Hub != this) return false;
        }
        bool entered = self.Hold.HasEntered;
        if (!entered && !self.Hold.TryEnter()) return false;
        Ready.Enqueue(greenlet);
        if (!entered) self.Hold.Leave();
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Fiber? FiberOf(Greenlet greenlet) => TryGetFiber(greenlet, out Fiber? fiber) ? fiber : null;

    private bool TryGetFiber(Greenlet greenlet, out Fiber? fiber)
    {
        if (greenlet.IsDetaching)
        {
            greenlet.Fiber!.AwaitDetached();
            greenlet.IsDetaching = false;
        }
        fiber = greenlet.Fiber;
        if (fiber is null && greenlet is not CallbackGreenlet) fiber = Workers.TryTake(greenlet);
        return fiber is not null;
    }

    [MethodImpl(HotPath.CompiledOnce)]
    private bool CheckTurn()
    {
        if (_probes is not null) TellProbesOfBoundary();
        _switchesLeft = _probes is null ? SwitchesBetweenTurnChecks : 1;
        if (Inbox.IsEmpty && !Attachments.HasWork)
        {
            long now = Deadline.Now;
            if (now < Timers.NextDue && now - LastTurnTicks <= s_turnTicks) return true;
        }
        TurnIsOver = true;
        return false;
    }

    private sealed class AdmitNode(Greenlet greenlet) : InboxNode
    {
        internal override Greenlet Subject => greenlet;

        internal override void Deliver(Hub hub) => hub.Ready.Enqueue(greenlet);

        internal override void Reject(Hub hub) => greenlet.Fail(new HubDestroyedException($"{hub} was destroyed before {greenlet.Name} could run."));
    }

    private sealed class ReturnNode(Greenlet greenlet) : InboxNode
    {
        internal override void Deliver(Hub hub) => hub.Ready.Enqueue(greenlet);
    }
}
