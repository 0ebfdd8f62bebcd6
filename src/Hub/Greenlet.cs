using System;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading;
using Patchy.Fibers;
using Patchy.Threading;

namespace Patchy;

// Life of a greenlet.
//
//   Created  -> Ready    Spawn (or Start of a green Thread): queued on its hub
//   Ready    -> Running  the hub gives it a fiber if it has none, and switches to it
//   Running  -> Parked   it waits (CurrentWait says for what); Yield goes back to Ready
//   Parked   -> Ready    its wait is decided
//   Running  -> Escaped  it has left the carrier for a call that really blocks (Escape), or was taken off it (HubMonitor)
//   Escaped  -> Ready    it has come back through the inbox
//   Running  -> Dead     its body returned or threw; Created -> Dead when it is killed before it ran

/// <summary>
/// A green thread: it runs on the carrier of its hub until it waits, and others run meanwhile. The counterpart of gevent.Greenlet.
/// </summary>
public partial class Greenlet : ILinkable
{
    private static int s_lastId;

    [ThreadStatic] private static Greenlet? t_running;
    [ThreadStatic] private static Greenlet? t_self;

    private readonly Action? _body;
    private readonly ExecutionContext? _context;
    private PendingInterrupts _pending;
    private ExceptionDispatchInfo? _failure;
    private string? _name;

    private protected Greenlet(Hub hub, ExecutionContext? context)
    {
        Hub = hub;
        Id = Interlocked.Increment(ref s_lastId);
        _context = context;
    }

    private Greenlet(Hub hub, Action body) : this(hub, ExecutionContext.Capture()) => _body = body;

    /// <summary>A greenlet that stands for code that runs already: the main one of a hub.</summary>
    internal static Greenlet ForRunningCode(Hub hub, string name) => new(hub, context: null) { _name = name };

    /// <summary>A name for diagnostics; "Greenlet-" and a number unless set. May be used from any thread.</summary>
    public string Name
    {
        get => _name ?? $"Greenlet-{Id}";
        set => _name = value;
    }

    /// <summary>True once it has ended, in whatever way. As <see cref="Ready"/>; the counterpart of gevent's <c>dead</c>. May be called from any thread.</summary>
    public bool Dead => _ended;

    /// <summary>True once it has ended without an error; being killed by <see cref="GreenletExit"/> is no error. The counterpart of gevent's <c>successful()</c>. May be called from any thread.</summary>
    public bool Successful => Dead && _failure is null;

    /// <summary>The exception that ended it, or null. A <see cref="GreenletExit"/> is not an error and not shown here. May be called from any thread.</summary>
    public Exception? Exception => _failure?.SourceException;

    /// <summary>
    /// The greenlet whose code runs on a carrier right now on this thread; null on native threads, on an escape, in the hub itself and in a
    /// region that must not switch. This is the first statement of every replacement: null means call the original.
    /// </summary>
    internal static Greenlet? Running
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_running;
    }

    /// <summary>The greenlet that the calling CLR thread belongs to, running or escaped; null on native threads and in the hub.</summary>
    internal static Greenlet? OfThisThread => t_self;

    /// <summary>The hub of this greenlet.</summary>
    internal Hub Hub { get; }

    internal int Id { get; }

    /// <summary>Its stack; null before it first runs and, for a pooled one, after it has ended.</summary>
    internal Fiber? Fiber { get; set; }

    /// <summary>The CLR thread of this greenlet; null before it first runs.</summary>
    internal Thread? Thread { get; set; }

    /// <summary>The managed thread id of this greenlet: what the runtime writes into locks. 0 before it first runs.</summary>
    internal int ManagedThreadId { get; set; }

    /// <summary>The wait it is in, or null. Other threads may look.</summary>
    internal Waiter? CurrentWait;

    /// <summary>Link of the run queue.</summary>
    internal Greenlet? NextReady;

    /// <summary>True while it runs on a kernel thread of its own: what it does there is not seen by the hub.</summary>
    internal volatile bool IsOffCarrier;

    /// <summary>The way of an interrupt into a native wait for a lock.</summary>
    internal NativeInterrupt NativeInterrupt;

    /// <summary>Its kernel thread is about to be given up: whoever switches to it awaits that first.</summary>
    internal bool IsDetaching;

    /// <summary>
    /// While above 0 nothing is raised in this greenlet: it is inside a queue of the BCL that an exception would corrupt. Whoever raises the count
    /// lowers it again and raises what is pending itself. Only the greenlet changes it.
    /// </summary>
    internal int NoRaise;

    /// <summary>True when a kill, timeout or interrupt is waiting to be raised at the next interruptible wait.</summary>
    internal bool HasPending => _pending.Kinds != Interrupts.None;

    internal Interrupts PendingInterrupts => _pending.Kinds;

    /// <summary>Runs <paramref name="body"/> on a new greenlet of the calling thread's hub, soon; returns at once. The counterpart of <c>gevent.spawn</c>. May be called from any thread: a native thread gets a hub of its own, which runs while that thread waits in Patchy.</summary>
    public static Greenlet Spawn(Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Hub hub = Hub.ForThisThread();
        var greenlet = new Greenlet(hub, body);
        hub.Admit(greenlet);
        return greenlet;
    }

    /// <summary>As the other, for a body with a result.</summary>
    public static Greenlet<T> Spawn<T>(Func<T> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Hub hub = Hub.ForThisThread();
        var greenlet = new Greenlet<T>(hub, body);
        hub.Admit(greenlet);
        return greenlet;
    }

    /// <summary>Lets the other ready greenlets run, then goes on. The counterpart of <c>gevent.sleep(0)</c>. A native thread gets a hub of its own.</summary>
    public static void Yield()
    {
        Greenlet self = Hub.RunningHere();
        Hub.Yield();
        self.RaisePending(Interrupts.Injected);
    }

    /// <summary>Parks for the given time; others run. The counterpart of <c>gevent.sleep</c>. A native thread gets a hub of its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    public static void Sleep(TimeSpan time)
    {
        if (time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(time), time, "The time must not be negative, except for Timeout.InfiniteTimeSpan.");
        Greenlet self = Hub.RunningHere();
        if (time == TimeSpan.Zero) Hub.Yield();
        else _ = Hub.Sleep(Deadline.In(time));
        self.RaisePending(Interrupts.All);
    }

    /// <summary>Waits until each of them has ended. The counterpart of <c>gevent.joinall</c>. May be called from any thread.</summary>
    public static void JoinAll(params Greenlet[] greenlets)
    {
        ArgumentNullException.ThrowIfNull(greenlets);
        foreach (Greenlet greenlet in greenlets) greenlet.Join();
    }

    /// <summary>Waits until each of them has ended, at most for the given time in total. True when all have. May be called from any thread.</summary>
    public static bool JoinAll(Greenlet[] greenlets, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(greenlets);
        Deadline deadline = Deadline.In(timeout);
        foreach (Greenlet greenlet in greenlets)
            if (!greenlet.WaitForEnd(deadline)) return false;
        return true;
    }

    /// <summary>Waits until it has ended; its error is not raised here. The counterpart of gevent's <c>join()</c>. May be called from any thread.</summary>
    public void Join() => WaitForEnd(Deadline.Never);

    /// <summary>Waits until it has ended, at most for the given time. True when it has. May be called from any thread.</summary>
    public bool Join(TimeSpan timeout) => WaitForEnd(Deadline.In(timeout));

    /// <summary>Waits until it has ended and raises its error, if any. The counterpart of gevent's <c>get()</c>. May be called from any thread.</summary>
    public void Get()
    {
        Join();
        _failure?.Throw();
    }

    /// <summary>
    /// Raises <see cref="GreenletExit"/> in it where it waits, or at its next wait, and waits until it has ended. One that never ran ends at once. The
    /// counterpart of gevent's <c>kill()</c>. May be called from any thread.
    /// </summary>
    public void Kill() => Kill(new GreenletExit());

    /// <summary>As the other, with an exception of your own; <paramref name="block"/> false returns at once.</summary>
    public void Kill(Exception exception, bool block = true)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (Dead) return;
        bool first = _pending.AddKill(exception);
        if (t_running == this) RaisePending(Interrupts.Kill);
        if (first) InterruptWait(Interrupts.Kill); // the second of two must not end a wait of the finally blocks that the first has set going
        if (block) Join();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Hub}, {StateText})";

    internal string StateText =>
        Dead ? "dead"
        : IsOffCarrier ? "in a call that blocks, on a kernel thread of its own"
        : CurrentWait is { } wait ? $"waits for {wait.Awaited ?? "something"} since {Environment.TickCount64 - wait.ParkedSince} ms"
        : Fiber is null ? "not yet run"
        : Hub.Occupant == this ? "running" : "ready";

    /// <summary>The greenlet, of whatever hub, that has this managed thread id, or null: for finding the owner of a lock.</summary>
    internal static Greenlet? FindByManagedThreadId(int id) => GreenletTable.Find(id);

    /// <summary>Only on the greenlet's own CLR thread: declares it running here. Null: this thread runs no greenlet on a carrier.</summary>
    internal static void SetRunning(Greenlet? greenlet) => t_running = greenlet;

    /// <summary>Only on the CLR thread itself: this thread is the stack of that greenlet from now on.</summary>
    internal static void Adopt(Greenlet greenlet, Thread thread, int managedThreadId, Fiber fiber)
    {
        greenlet.Fiber = fiber;
        greenlet.Thread = thread;
        greenlet.ManagedThreadId = managedThreadId;
        t_self = greenlet;
        t_running = greenlet;
        GreenletTable.Set(managedThreadId, greenlet);
    }

    /// <summary>Only on the CLR thread itself: it is no greenlet's stack any more.</summary>
    internal static void Disown(int managedThreadId)
    {
        t_self = null;
        t_running = null;
        GreenletTable.Clear(managedThreadId);
    }

    /// <summary>Who waits for a lock that this greenlet may hold. Only with the hub entered.</summary>
    internal OwnerWatch? Watch;

    /// <summary>It has entered the hub and not left it yet. Only the greenlet itself looks.</summary>
    internal bool HasEntered;

    /// <summary>Only with the hub entered, before the greenlet gives the carrier away: it may have left a lock that others wait for.</summary>
    internal void OnLeavingCarrier()
    {
        if (Watch is { IsEmpty: false } watch) watch.Fire();
    }

    /// <summary>Only on the greenlet itself, after a wait ended as Interrupted: throws the kill, timeout or ThreadInterruptedException.</summary>
    internal void RaisePending() => RaisePending(Interrupts.All);

    /// <summary>Only on the greenlet itself: throws the first pending one of those kinds, if there is one.</summary>
    internal void RaisePending(Interrupts kinds)
    {
        if ((_pending.Kinds & kinds) != 0 && NoRaise == 0 && _pending.Take(kinds) is { } exception) throw exception;
    }

    /// <summary>May be called from any thread: a Thread.Interrupt for this greenlet.</summary>
    internal void InterruptThread()
    {
        _pending.AddThreadInterrupt();
        InterruptWait(Interrupts.ThreadInterrupt);
    }

    internal void AddTimeout(GreenletTimeout timeout)
    {
        _pending.AddTimeout(timeout);
        InterruptWait(Interrupts.Timeout);
    }

    internal void RemoveTimeout(GreenletTimeout timeout) => _pending.RemoveTimeout(timeout);

    /// <summary>The body, on the greenlet's own stack and in the context of its spawner. Never throws.</summary>
    internal void RunBody()
    {
        try
        {
            RaisePending(Interrupts.Kill);
            if (_context is null) Invoke();
            else ExecutionContext.Run(_context, static self => ((Greenlet)self!).Invoke(), this);
        }
#pragma warning disable CA1031 // whatever the body throws is the greenlet's result, as in gevent
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Exception cause = _pending.Unwrap(exception);
            if (cause is not GreenletExit)
            {
                _failure = ExceptionDispatchInfo.Capture(cause);
                HubErrors.Report(this, cause);
            }
        }
        _pending.Clear();
    }

    /// <summary>It cannot run at all (no fiber to be had): it ends with this error.</summary>
    internal void Fail(Exception exception)
    {
        _failure = ExceptionDispatchInfo.Capture(exception);
        HubErrors.Report(this, exception);
        End();
    }

    private protected virtual void Invoke() => _body!();

    private void InterruptWait(Interrupts kind)
    {
        Interlocked.MemoryBarrier(); // the interrupt is recorded before the wait is looked for: see Waiter
        if (Volatile.Read(ref CurrentWait) is { } wait && (wait.Accepts & kind) != 0) wait.Interrupt();
        if (IsOffCarrier && Thread is { } thread) NativeInterrupt.Send(thread);
    }
}
