using System;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading;
using Patchy.Fibers;
using Patchy.Reactor;
using Patchy.Scheduling;
using Patchy.Threading;

namespace Patchy;

// Life of a greenlet.
//
//   Created  -> Ready    Start, Spawn, or Start of a green Thread: queued on its hub; StartLater: once its time has come
//   Ready    -> Running  the hub gives it a fiber if it has none, and switches to it
//   Running  -> Parked   it waits (CurrentWait says for what); Yield goes back to Ready
//   Parked   -> Ready    its wait is decided
//   Running  -> Escaped  it has left the carrier for a call that really blocks (Escape), or was taken off it (HubMonitor)
//   Escaped  -> Ready    it has come back through the inbox
//   Running  -> Dead     its body returned or threw
//   Created, Ready -> Dead   it is killed before it ran (Greenlet.Killing.cs)
//
// The class is spread over files by topic: Starting, Running (the hub's side), Waiting, Links, Killing, Awaiting, SpawnTree, Naming.

/// <summary>
/// A green thread: it runs on the carrier of its hub until it waits, and others run meanwhile. The counterpart of gevent.Greenlet. Give it a body, or
/// derive from it and override <see cref="Run"/>.
/// </summary>
public partial class Greenlet : ILinkable, IDisposable
{
    [ThreadStatic] private static Greenlet? t_running;
    [ThreadStatic] private static Greenlet? t_self;

    private ExecutionContext? _context;
    private Action? _body;
    private PendingInterrupts _pending;
    private ExceptionDispatchInfo? _failure;
    private GreenletDetails? _details;
    private nuint _stackLow;
    private nuint _stackSize; // 0: not known, or not declared running

    /// <summary>The greenlet that the calling code belongs to; null on a native thread that has no hub, and in a callback of the hub. The counterpart of <c>gevent.getcurrent()</c>. May be called from any thread.</summary>
    public static Greenlet? Current => t_self;

    /// <summary>True from <see cref="Start"/> until it has ended. The counterpart of gevent's <c>bool(greenlet)</c> and <c>started</c>. May be called from any thread.</summary>
    public bool Started => !_ended && Volatile.Read(ref _phase) is Queued or Begun;

    /// <summary>True once it has ended, in whatever way; never for the one that runs. As <see cref="Ready"/>; the counterpart of gevent's <c>dead</c>. May be called from any thread.</summary>
    public bool Dead => _ended;

    /// <summary>True once it has ended without an error; being killed by <see cref="GreenletExit"/> is no error. The counterpart of gevent's <c>successful()</c>. May be called from any thread.</summary>
    public bool Successful => _ended && _failure is null;

    /// <summary>The exception that ended it, or null. A <see cref="GreenletExit"/> is not an error and not shown here. May be called from any thread.</summary>
    public Exception? Exception => _ended ? _failure?.SourceException : null;

    /// <summary>The <see cref="GreenletExit"/> that ended it, or null: what gevent gives as the <c>value</c> of a killed greenlet. May be called from any thread.</summary>
    public GreenletExit? Exit => _ended ? _details?.Exit : null;

    /// <summary>
    /// The greenlet whose code runs on a carrier right now on this thread; null on native threads, on an escape, in the hub itself and in a
    /// region that must not switch. Each replacement begins by asking this, or <see cref="Hub.RunningHereOrNull"/>, which says the same: null means call the original.
    /// </summary>
    internal static Greenlet? Running
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_running;
    }

    /// <summary>The greenlet that the calling CLR thread belongs to, running or escaped; null on native threads and in the hub.</summary>
    internal static Greenlet? OfThisThread => t_self;

    /// <summary>
    /// True on this greenlet's stack, while it is declared running there: the calling code is this greenlet's. False says nothing. Cheaper than a thread
    /// static, for those that know whom to ask; may be called from any thread.
    /// </summary>
    internal unsafe bool IsRunningOnThisStack
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            byte here;
            // SAFETY: only the address counts. A stack is one greenlet's as long as it is known as such: it can belong to another only after KnowStack(false)
            // and a switch of the hub, which whoever got it has seen.
            return (nuint)(&here) - _stackLow < _stackSize;
        }
    }

    /// <summary>The hub of this greenlet.</summary>
    internal Hub Hub { get; }

    /// <summary>Tells it from the others of its hub; 0 before it first runs.</summary>
    internal int Id { get; private set; }

    /// <summary>Its stack; null before it first runs and, for a pooled one, after it has ended.</summary>
    internal Fiber? Fiber { get; set; }

    /// <summary>The CLR thread of this greenlet; null before it first runs.</summary>
    internal Thread? Thread { get; set; }

    /// <summary>The managed thread id of this greenlet: what the runtime writes into locks. 0 before it first runs.</summary>
    internal int ManagedThreadId { get; set; }

    /// <summary>The wait it is in, or null. Other threads may look.</summary>
    internal Waiter? CurrentWait;

    /// <summary>The calls that it has made without a wait. Only the greenlet.</summary>
    internal CallBudget Calls;

    /// <summary>The wait for a descriptor that it uses again and again; made by the first.</summary>
    internal FdWaiter? DescriptorWait;

    /// <summary>True while it runs on a kernel thread of its own: what it does there is not seen by the hub.</summary>
    internal volatile bool IsOffCarrier;

    /// <summary>True while it starts a thread, and so waits for the kernel to run that: for HubMonitor.</summary>
    internal volatile bool IsStartingThread;

    /// <summary>The way of an interrupt into a native wait for a lock.</summary>
    internal NativeInterrupt NativeInterrupt;

    /// <summary>Its kernel thread is about to be given up: whoever switches to it awaits that first.</summary>
    internal bool IsDetaching;

    /// <summary>
    /// While above 0 nothing is raised in this greenlet: it is inside a queue of the BCL that an exception would corrupt. Whoever raises the count
    /// lowers it again and raises what is pending itself. Only the greenlet changes it.
    /// </summary>
    internal int NoRaise;

    /// <summary>Who waits for a lock that this greenlet may hold. Only with the hub entered.</summary>
    internal OwnerWatch? Watch;

    /// <summary>Whether it has the carrier in its own code.</summary>
    internal CarrierHold Hold;

    /// <summary>What few greenlets need, made on demand. May be called from any thread.</summary>
    internal GreenletDetails Details =>
        _details ?? Interlocked.CompareExchange(ref _details, new GreenletDetails(), null) ?? _details;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Hub}, {StateText})";

    /// <summary>
    /// The end of a <c>using</c> block: waits until it has ended; when an exception has left the block, kills it and waits. One that was never started is
    /// killed too. The counterpart of gevent's <c>with greenlet:</c>. May be called from any thread.
    /// </summary>
    /// <remarks>C# does not tell Dispose why the block was left: any exception that is in flight counts. In a catch block use <see cref="Join()"/> instead.</remarks>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Waits for it or kills it, as <see cref="Dispose()"/> says.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _ended) return;
        bool bodyThrew = System.Runtime.InteropServices.Marshal.GetExceptionPointers() != 0;
        try
        {
            if (!bodyThrew && Volatile.Read(ref _phase) != Created) Join();
        }
        finally
        {
            Kill(); // gevent too: a join that is cut short leaves nothing running
        }
    }
}
