using System;
using System.Threading;

namespace Patchy.Fibers;

// Lifecycle of a fiber. "Carrier" is the kernel thread that runs a hub; "own kernel thread" belongs to this fiber alone.
//
//   New       -> Launch          -> Starting    creator: the CLR thread is being started, on its own kernel thread
//   Starting  -> Detach          -> Parked      own kernel thread is given up, the context is published
//   Parked    -> SwitchTo(this)  -> Mounted     runs on the carrier of the fiber that switched to it
//   Mounted   -> SwitchTo(other) -> Parked
//   Mounted   -> LeaveCarrierTo  -> Leaving     parked, waits for somebody on the carrier to call TryAttach
//   Leaving   -> TryAttach       -> Attached    LeaveCarrierTo returns on a kernel thread of its own (an escape, or the end)
//   Attached  -> Detach          -> Parked      back from an escape
//   Attached  -> Retire          -> Retired     the CLR thread returns from its start delegate and ends as any other

/// <summary>
/// The stack of a greenlet: a CLR thread whose kernel thread can go and come back. This is the seam between the hub, which decides who
/// runs, and the two ways to make a stack wait. No member may be called while a hub latch is held.
/// </summary>
internal abstract class Fiber
{
    /// <summary>The kind of this fiber: <see cref="FiberKind.User"/> or <see cref="FiberKind.Kernel"/>. A hub mixes no kinds.</summary>
    public abstract FiberKind Kind { get; }

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

    /// <summary>Only on the fiber's own kernel thread, as its last act before the CLR thread ends: frees what the fiber holds.</summary>
    public abstract void Retire();

    /// <summary>A fiber for a thread to be launched.</summary>
    public static Fiber Create(FiberKind kind) => throw new NotImplementedException();

    /// <summary>A fiber that stands for the calling kernel thread, mounted on it: the main greenlet of a new carrier.</summary>
    public static Fiber ForCurrentThread(FiberKind kind) => throw new NotImplementedException();
}
