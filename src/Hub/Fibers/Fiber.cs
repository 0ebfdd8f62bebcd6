using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading;

namespace Patchy.Fibers;

// Lifecycle of a fiber. "Carrier" is the kernel thread that runs a hub; "own kernel thread" belongs to this fiber alone.
//
//   New       -> Launch          -> Starting    creator: the CLR thread is being started, on its own kernel thread
//   Starting  -> Detach          -> Detaching   own kernel thread is given up
//   Detaching -> AwaitDetached   -> Parked      the context is published (Launch includes this step)
//   Parked    -> SwitchTo(this)  -> Mounted     runs on the carrier of the fiber that switched to it
//   Mounted   -> SwitchTo(other) -> Parked
//   Mounted   -> LeaveCarrierTo  -> Leaving     parked, waits for somebody on the carrier to call TryAttach
//   Leaving   -> TryAttach       -> Attached    LeaveCarrierTo returns on a kernel thread of its own (an escape, or the end)
//   Parked    -> Leave           -> Leaving     the loop of a hub that is over, which has given up its kernel thread and needs one to end
//   Attached  -> Detach          -> Detaching   back from an escape
//   Attached  -> BecomeCarrier   -> Mounted     its kernel thread serves a hub: the monitor, which relieves a blocked carrier
//   Mounted   -> Detach          -> Detaching   a fiber whose carrier was adopted by another kernel thread comes back
//   Attached  -> Retire          -> Retired     the CLR thread returns from its start delegate and ends as any other
//   Mounted   -> Retire          -> Retired     only a fiber made by ForCurrentThread: its hub is over, the thread goes on as it was

/// <summary>
/// The stack of a greenlet: a CLR thread whose kernel thread can go and come back. This is the seam between the hub, which decides who
/// runs, and the two ways to make a stack wait. No member may be called while a hub latch is held.
/// </summary>
internal abstract class Fiber
{
    private static int s_live;
    private int _state;

    private protected Fiber(FiberState state) => _state = (int)state;

    /// <summary>Launched fibers that have not retired: what the limits of the machine are counted in.</summary>
    public static int LiveCount => Volatile.Read(ref s_live);

    /// <summary>The kind of this fiber: <see cref="FiberKind.User"/> or <see cref="FiberKind.Kernel"/>. A hub mixes no kinds.</summary>
    public abstract FiberKind Kind { get; }

    /// <summary>The id of its own kernel thread, which it runs on even while it is mounted; 0 for one that runs on its carrier's. Other threads may look.</summary>
    public virtual int KernelThreadId => 0;

    /// <summary>What the system's gettid says on this stack, and so what System.Threading.Lock takes it for; 0 when that is not known. Other threads may look.</summary>
    public virtual int NativeId => KernelThreadId;

    /// <summary>For dumps and tests: may be stale when read from another thread.</summary>
    public FiberState State => (FiberState)Volatile.Read(ref _state);

    /// <summary>Where its stack lies, from the lowest address; a size of 0 when that is not known.</summary>
    public nuint StackLow { get; private protected set; }

    public nuint StackSize { get; private protected set; }

    /// <summary>
    /// Starts <paramref name="thread"/> by <paramref name="start"/> (the unpatched Thread.Start) and returns once the fiber is parked. The
    /// thread's body must call <see cref="Detach"/> in its first managed frame, before any code of the user's. May be called from any thread.
    /// </summary>
    /// <exception cref="FiberLimitException">The machine's limits allow no further fiber. Nothing was started and nothing is lost.</exception>
    public abstract void Launch(Thread thread, Action<Thread> start);

    /// <summary>
    /// Only on the fiber's own kernel thread: gives it up. Returns when another fiber has switched to this one, mounted on that carrier.
    /// The initial kernel thread of the process is never ended but put to sleep for good.
    /// </summary>
    public abstract void Detach();

    /// <summary>Blocks the calling kernel thread until <see cref="Detach"/> has published the context. A few microseconds at most.</summary>
    public abstract void AwaitDetached();

    /// <summary>Only on this, mounted fiber: parks it and mounts <paramref name="target"/> on the same carrier. Returns when switched back to.</summary>
    public abstract void SwitchTo(Fiber target);

    /// <summary>
    /// Only on this, mounted fiber: as <see cref="SwitchTo"/>, but returns on a kernel thread of the fiber's own, after code that runs on
    /// the carrier (the hub) has called <see cref="TryAttach"/>.
    /// </summary>
    public abstract void LeaveCarrierTo(Fiber target);

    /// <summary>On the carrier, for a fiber that is in <see cref="LeaveCarrierTo"/>: gives it a kernel thread of its own.</summary>
    /// <returns>False when the kernel refuses for now (<paramref name="errno"/>: EAGAIN, ENOMEM): the fiber stays parked and the call may be repeated.</returns>
    public abstract bool TryAttach(out int errno);

    /// <summary>
    /// Only on the fiber's own kernel thread, as its last act before the CLR thread ends: frees what the fiber holds. Also on a carrier
    /// whose hub is over, for the fiber that was made there by <see cref="ForCurrentThread"/>.
    /// </summary>
    public abstract void Retire();

    /// <summary>A fiber for a thread to be launched.</summary>
    public static Fiber Create(FiberKind kind) =>
        FiberPlatform.Resolve(kind) == FiberKind.User ? new UserModeFiber() : new KernelThreadFiber(launched: true);

    /// <summary>A fiber that stands for the calling kernel thread, mounted on it: the main greenlet of a new carrier.</summary>
    public static Fiber ForCurrentThread(FiberKind kind) =>
        FiberPlatform.Resolve(kind) == FiberKind.User ? UserModeFiber.OfCurrentThread() : new KernelThreadFiber(launched: false);

    /// <summary>Runs the unpatched start of a thread that is to become this fiber; what it throws leaves no trace.</summary>
    private protected void StartThread(Thread thread, Action<Thread> start)
    {
        Move(FiberState.New, FiberState.Starting);
        Interlocked.Increment(ref s_live);
        try
        {
            start(thread);
        }
        catch (Exception e)
        {
            int live = Interlocked.Decrement(ref s_live);
            SetState(FiberState.New);
            if (e is OutOfMemoryException and not FiberLimitException) throw FiberLimits.Reached(live, e);
            throw;
        }
    }

    private protected static void CountRetired() => Interlocked.Decrement(ref s_live);

    /// <summary>One step of the table. Only the side that owns the fiber at that moment takes it, so a plain check is enough.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void Move(FiberState from, FiberState to)
    {
        if (_state != (int)from) ThrowWrongState(from);
        Volatile.Write(ref _state, (int)to);
    }

    /// <summary>The step into Detaching: from the launch, from an escape, or from a carrier that another kernel thread has adopted.</summary>
    private protected void BeginDetach()
    {
        if (State is not (FiberState.Starting or FiberState.Attached or FiberState.Mounted)) ThrowWrongState(FiberState.Attached);
        Volatile.Write(ref _state, (int)FiberState.Detaching);
    }

    /// <summary>The last step; the fiber of a carrier may also take it while mounted: its hub is over.</summary>
    private protected void BeginRetire(bool mayBeMounted)
    {
        if (State != FiberState.Attached && !(mayBeMounted && State == FiberState.Mounted)) ThrowWrongState(FiberState.Attached);
        Volatile.Write(ref _state, (int)FiberState.Retired);
    }

    /// <summary>Only on the fiber's own kernel thread: that thread serves as a carrier from now on, with this fiber mounted.</summary>
    public void BecomeCarrier() => Move(FiberState.Attached, FiberState.Mounted);

    /// <summary>Only for a fiber that is parked for good, by who knows that nobody will switch to it: TryAttach may follow, after which it goes on as the one that left.</summary>
    public void Leave() => Move(FiberState.Parked, FiberState.Leaving);

    private protected void SetState(FiberState state) => Volatile.Write(ref _state, (int)state);

    /// <summary>The fiber switched to must be of the same kind: a hub mixes none.</summary>
    [DoesNotReturn]
    private protected static void ThrowOtherKind() =>
        throw new InvalidOperationException("A fiber was asked to switch to a fiber of the other kind. This is a bug in Patchy's hub.");

    [DoesNotReturn]
    private void ThrowWrongState(FiberState expected) =>
        throw new InvalidOperationException($"A fiber that should be {expected} is {State}. This is a bug in Patchy's hub; nothing was switched.");
}
