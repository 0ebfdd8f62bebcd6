using System;
using System.Threading;
using Patchy.Interop;

namespace Patchy.Fibers;

// Protocol.
// 1. Every fiber keeps its kernel thread. Exactly one fiber of a carrier holds that carrier's baton; the others wait in _turn.Take.
// 2. SwitchTo passes the baton of the target and takes the own one: "the carrier" is whoever holds the baton.
// 3. LeaveCarrierTo passes the baton and then waits in the same _turn, this time for TryAttach: it goes on without a baton, beside the carrier.
// 4. Detach publishes (_parked) before it waits, so that whoever called AwaitDetached may switch to it at once.

/// <summary>
/// A fiber that keeps its kernel thread. Works on any system, under a debugger and on any processor, for about ten microseconds a
/// switch; and it is the oracle of <see cref="FiberKind.User"/>: all tests run on both.
/// </summary>
internal sealed class KernelThreadFiber : Fiber
{
    private readonly Baton _turn = new();
    private readonly Baton _parked = new();

    private readonly bool _launched;
    private int _kernelThreadId;

    public KernelThreadFiber(bool launched) : base(launched ? FiberState.New : FiberState.Mounted)
    {
        _launched = launched;
        if (!launched) _kernelThreadId = Libc.gettid();
    }

    public override int KernelThreadId => _kernelThreadId;

    public override FiberKind Kind => FiberKind.Kernel;

    public override void Launch(Thread thread, Action<Thread> start)
    {
        FiberLimits.EnsureRoom(LiveCount);
        StartThread(thread, start);
        AwaitDetached();
    }

    public override void Detach()
    {
        if (_kernelThreadId == 0) _kernelThreadId = Libc.gettid();
        BeginDetach();
        _parked.Pass();
        _turn.Take();
    }

    public override void AwaitDetached()
    {
        _parked.AwaitPresent();
        _parked.Clear();
        Move(FiberState.Detaching, FiberState.Parked);
    }

    public override void SwitchTo(Fiber target)
    {
        if (target is not KernelThreadFiber next)
        {
            ThrowOtherKind();
            return;
        }

        next.Move(FiberState.Parked, FiberState.Mounted);
        Move(FiberState.Mounted, FiberState.Parked);
        next._turn.Pass();
        _turn.Take();
    }

    public override void LeaveCarrierTo(Fiber target)
    {
        if (target is not KernelThreadFiber next)
        {
            ThrowOtherKind();
            return;
        }

        next.Move(FiberState.Parked, FiberState.Mounted);
        Move(FiberState.Mounted, FiberState.Leaving);
        next._turn.Pass();
        _turn.Take();
    }

    public override bool TryAttach(out int errno)
    {
        errno = 0;
        Move(FiberState.Leaving, FiberState.Attached);
        _turn.Pass();
        return true;
    }

    public override void Retire()
    {
        BeginRetire(mayBeMounted: !_launched);
        if (_launched) CountRetired();
    }
}
