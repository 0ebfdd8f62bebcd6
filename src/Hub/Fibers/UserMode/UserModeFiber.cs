using System;
using System.Runtime.CompilerServices;
using System.Threading;
using Patchy.Scheduling;

namespace Patchy.Fibers;

// Protocol.
// 1. Launch sets the context as the creator's thread-specific value; the hook of pthread_create takes it and the new thread begins with
//    the fiber's id already in place (ThreadBlock: starting). The runtime never sees its kernel id.
// 2. Detach gives up what belongs to the kernel thread (alternate stack, rseq, robust list, the address to clear), publishes the context
//    and ends the kernel thread, without touching the stack again.
// 3. Switch and Attach put the kernel thread's id into the context of whom they mount. A signal of the runtime goes there (HookCode).
// 4. Retire tells glibc's exit path where to find the kernel id again and makes the kernel clear pd->tid at the end: glibc then reuses the stack.
// 5. A kernel thread is never ended but put to sleep when it is the initial one (its end would empty /proc/self) or when its id is the
//    identity of a living fiber (NativeIdentity).

/// <summary>A fiber without a kernel thread: some thirty nanoseconds a switch, and a kernel thread only while it really blocks.</summary>
internal sealed unsafe class UserModeFiber : Fiber
{
    private static readonly int* s_never = (int*)Linux.Map(64);
    private readonly NativeIdentity? _identity; // of a carrier's own fiber; null for one that is launched
    private FiberContext* _context;

    /// <summary>To be launched.</summary>
    public UserModeFiber() : base(FiberState.New) { }

    private UserModeFiber(NativeIdentity identity) : base(FiberState.Mounted)
    {
        _identity = identity;
        _context = identity.Context;
    }

    public override FiberKind Kind => FiberKind.User;

    // SAFETY: contexts are never unmapped; one that was given back says an id that no living fiber has.
    public override int NativeId => _context is var context && context != null ? context->Id : 0;

    public static UserModeFiber OfCurrentThread()
    {
        byte* block = Linux.pthread_self();
        int kernelId = Linux.KernelThreadId();
        if (ThreadBlock.Tid(block) != kernelId)
            throw new InvalidOperationException("A thread that is a fiber already cannot become a carrier. This is a bug in Patchy's hub.");
        FiberContext* context = Rent();
        context->ThreadBlock = block;
        context->Id = kernelId;
        context->Carrier = kernelId;
        context->RuntimeBlock = UserModeRuntime.BlockOfThisThread();
        NativeIdentity identity = new(context);

        // Fibers come and go on this kernel thread, and its own block may go away or live on elsewhere: the kernel must not write into it. Cleared at
        // the wrong thread's end, pd->tid would be 0 in a living one, whose next signal fails with EINVAL: the runtime aborts on that.
        ThreadBlock.UnregisterRseq(block);
        _ = Linux.syscall(Linux.SysSetTidAddress, 0, 0, 0, 0);
        _ = Linux.pthread_setspecific(UserModeRuntime.CarrierKey, context);
        ThreadBlock.WriteWord(block, ThreadBlock.Mounted | (uint)context->Index);
        return new UserModeFiber(identity);
    }

    public override void Launch(Thread thread, Action<Thread> start)
    {
        FiberLimits.EnsureRoom(LiveCount);
        FiberContext* context = Rent();
        _context = context;
        _ = Linux.pthread_setspecific(UserModeRuntime.LaunchKey, context);
        try
        {
            StartThread(thread, start);
        }
        catch
        {
            _context = null;
            ContextArena.Return(context);
            throw;
        }
        finally
        {
            _ = Linux.pthread_setspecific(UserModeRuntime.LaunchKey, null);
        }

        AwaitDetached();
    }

    public override void Detach()
    {
        bool first = State == FiberState.Starting;
        BeginDetach();
        FiberContext* context = _context;
        byte* block = Linux.pthread_self();
        int kernelId = Linux.KernelThreadId();
        if (first)
        {
            if (ThreadBlock.ReadWord(block) != (ThreadBlock.Starting | (uint)context->Id))
                throw new InvalidOperationException("The thread of a fiber was not created by its Launch. This is a bug in Patchy, or another tool creates the runtime's threads.");
            ThreadBlock.UnregisterRseq(block);
            context->ThreadBlock = block;
            context->Carrier = kernelId;
            context->RuntimeBlock = UserModeRuntime.BlockOfThisThread();
            (StackLow, StackSize) = Linux.StackOfThisThread();

            // In this order: between the two the hook finds that they do not fit and uses pd->tid, which is still the kernel's.
            ThreadBlock.WriteWord(block, ThreadBlock.Mounted | (uint)context->Index);
            Volatile.Write(ref ThreadBlock.Tid(block), context->Id);
        }

        _ = Linux.syscall(Linux.SysSetRobustList, 0, 24, 0, 0); // the list is the fiber's: its end is not the owner's death
        _ = Linux.syscall(Linux.SysSetTidAddress, 0, 0, 0, 0); // nor is glibc's thread over
        AlternateStacks.Release();
        bool park = kernelId == Environment.ProcessId || NativeIdentity.IsInUse(kernelId);
        Leave(context, park ? s_never : null);
    }

    public override void AwaitDetached()
    {
        FiberContext* context = _context;
        while (Volatile.Read(ref context->Published) == 0) AddressWait.Wait(&context->Published, 0);
        context->Published = 0;
        Move(FiberState.Detaching, FiberState.Parked);
    }

    [MethodImpl(HotPath.CompiledOnce)]
    public override void SwitchTo(Fiber target) => SwitchHereTo(target);

    /// <summary>As <see cref="SwitchTo"/>, for a caller that always comes here: the transition into native code becomes part of its own frame.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SwitchHereTo(Fiber target)
    {
        UserModeFiber next = OfThisKind(target);
        next.Move(FiberState.Parked, FiberState.Mounted);
        Move(FiberState.Mounted, FiberState.Parked);
        UserModeRuntime.Switch(_context, next._context);
    }

    /// <summary>The steps of <see cref="Readahead"/> for a parked fiber. Only on the carrier.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public void FetchContext() => Readahead.Fetch((nint)_context, 1);

    /// <inheritdoc cref="FetchContext"/>
    [MethodImpl(HotPath.CompiledOnce)]
    public void FetchPages()
    {
        FiberContext* context = _context;
        if (context == null) return;

        // SAFETY: contexts are never unmapped, and what they say is only prefetched.
        Readahead.Fetch(context->StackPointer, 1);
        Readahead.Fetch((nint)context->ThreadBlock, 1);
        Readahead.Fetch((nint)context->RuntimeBlock + UserModeRuntime.ThreadPointerOffset, 1);
    }

    /// <inheritdoc cref="FetchContext"/>
    [MethodImpl(HotPath.CompiledOnce)]
    public void FetchStack(int lines)
    {
        FiberContext* context = _context;
        if (context == null) return;
        Readahead.Fetch(context->StackPointer + Readahead.CacheLine, lines - 1);

        // SAFETY: the thread of a queued fiber lives until it has run, and its block with it.
        Readahead.Fetch(ThreadBlock.Vector(context->ThreadBlock), 1);
    }

    public override void LeaveCarrierTo(Fiber target)
    {
        UserModeFiber next = OfThisKind(target);
        next.Move(FiberState.Parked, FiberState.Mounted);
        Move(FiberState.Mounted, FiberState.Leaving);
        UserModeRuntime.Switch(_context, next._context);
        AlternateStacks.Install();
    }

    public override bool TryAttach(out int errno)
    {
        Move(FiberState.Leaving, FiberState.Attached); // before it runs
        nint result = UserModeRuntime.Attach(_context);
        if (result > 0)
        {
            errno = 0;
            return true;
        }

        errno = (int)-result;
        SetState(FiberState.Leaving);
        return false;
    }

    public override void Retire()
    {
        bool goesOn = State == FiberState.Mounted;
        BeginRetire(mayBeMounted: _identity != null);
        if (!goesOn) AlternateStacks.Release();
        FiberContext* context = _context;
        byte* block = context->ThreadBlock;
        int kernelId = context->Carrier;
        if (ThreadBlock.Tid(block) != kernelId)
        {
            ThreadBlock.WriteWord(block, ThreadBlock.Ending | (uint)kernelId);
            _ = Linux.syscall(Linux.SysSetTidAddress, (nint)(block + ThreadBlock.TidOffset), 0, 0, 0);
        }
        else
        {
            ThreadBlock.WriteWord(block, 0);
        }

        _context = null;
        if (_identity != null)
        {
            _identity.Drop();
            return;
        }

        ContextArena.Return(context);
        CountRetired();
    }

    private static FiberContext* Rent()
    {
        FiberContext* context = ContextArena.Rent();
        if (context != null) return context;
        throw new FiberLimitException($"There are {ContextArena.Capacity - 1:N0} green threads alive, as many as Patchy can number. Those go on; this one was not started.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UserModeFiber OfThisKind(Fiber target)
    {
        if (target.GetType() != typeof(UserModeFiber)) ThrowOtherKind();
        return Unsafe.As<UserModeFiber>(target);
    }

    // On its own: no exception handling around the call, so the runtime's transition is inlined and nothing is marshalled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Leave(FiberContext* context, int* sleep) => UserModeRuntime.Detach(context, sleep);
}
