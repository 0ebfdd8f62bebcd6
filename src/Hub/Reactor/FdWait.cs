using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Patchy.Interop;

namespace Patchy.Reactor;

/// <summary>Waiting for descriptors in the hub's own reactor.</summary>
internal static class FdWait
{
    /// <summary>Only on a running greenlet, before a try: what <see cref="Wait(Greenlet, SafeHandle, int, FdInterest, Deadline, in FdMark)"/> wants to know.</summary>
    /// <param name="self">The running greenlet.</param>
    /// <param name="guard">Owns the descriptor; it need not be held.</param>
    /// <param name="fd">The descriptor.</param>
    /// <param name="interest">The direction.</param>
    public static FdMark Mark(Greenlet self, SafeHandle guard, int fd, FdInterest interest) => new(self.Hub.Reactor.Find(guard, fd), interest);

    /// <summary>
    /// Only on a running greenlet: parks until <paramref name="fd"/> is ready in that direction. The registration survives between waits
    /// (edge-triggered): the caller must have tried the call and seen EAGAIN before it waits. Several greenlets may wait for the same fd and direction;
    /// all are woken. Never throws.
    /// </summary>
    /// <param name="guard">Owns the descriptor: held while the wait is registered, not while it is parked, so that a close comes before (then the result is Closed) or after (then it calls <see cref="Forget"/>).</param>
    /// <param name="fd">The descriptor.</param>
    /// <param name="interest">The direction.</param>
    /// <param name="deadline">When to give up.</param>
    [MethodImpl(HotPath.CompiledOnce)]
    public static FdResult Wait(SafeHandle guard, int fd, FdInterest interest, Deadline deadline)
    {
        Greenlet self = Greenlet.Running!;
        EpollReactor reactor = self.Hub.Reactor;
        FdWaiter waiter = Begin(self, fd, interest);
        bool held = false;
        try
        {
            guard.DangerousAddRef(ref held);
            if (!reactor.TryAdd(waiter, guard, fd, interest, out FdResult result)) return result;
        }
        catch (ObjectDisposedException)
        {
            return FdResult.Closed;
        }
        finally
        {
            if (held) guard.DangerousRelease();
        }
        return Park(reactor, waiter, fd, interest, deadline);
    }

    /// <summary>
    /// As the other, exact and without a reference on the guard: the wait ends at once when there was an edge after the mark was made. The caller must have tried after that, or
    /// know from the mark that a try is in vain.
    /// </summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public static FdResult Wait(Greenlet self, SafeHandle guard, int fd, FdInterest interest, Deadline deadline, in FdMark mark)
    {
        if (mark.Entry is not { } entry) return Wait(guard, fd, interest, deadline);
        EpollReactor reactor = self.Hub.Reactor;
        FdWaiter waiter = Begin(self, fd, interest);
        waiter.Expect(guard, entry);
        return reactor.TryAdd(waiter, entry, interest, mark.Edges) ? Park(reactor, waiter, fd, interest, deadline) : FdResult.Ready;
    }

    /// <summary>
    /// Only on a running greenlet, for a descriptor of whose close nobody tells the reactor: as Wait, but the registration goes with the last
    /// waiter. The caller holds the handle for the whole wait. Never throws.
    /// </summary>
    public static FdResult WaitOnce(int fd, FdInterest interest, Deadline deadline)
    {
        Greenlet self = Greenlet.Running!;
        FdWatch watch = new(fd, interest == FdInterest.Read, interest == FdInterest.Write, owner: null);
        switch (Arm(self, ref watch))
        {
            case 0:
                FdResult result = WaitAny(self, new ReadOnlySpan<FdWatch>(in watch), deadline);
                Disarm(self, ref watch);
                return result;
            case Libc.Eperm:
                return FdResult.Unpollable;
            default:
                return FdResult.Refused;
        }
    }

    /// <summary>
    /// Only on a running greenlet, with all of them armed: parks until one is ready. <see cref="FdResult.Ready"/> means no more than: look again. The order of a wait is mark, look, arm, wait; then arm and
    /// wait round each further look (so that the answer is about the descriptor that was meant); then disarm. What was armed after the look makes an edge if it was ready already. Never throws.
    /// </summary>
    public static FdResult WaitAny(Greenlet self, ReadOnlySpan<FdWatch> watches, Deadline deadline)
    {
        EpollReactor reactor = self.Hub.Reactor;
        FdWaiter waiter = self.DescriptorWait ??= new FdWaiter(self);
        waiter.Begin(watches);
        if (!reactor.TryAdd(waiter, watches)) return FdResult.Ready;
        ParkResult park = waiter.Park(deadline, Interrupts.Injected);
        reactor.Remove(waiter, watches);
        return Outcome(park);
    }

    /// <summary>See <see cref="EpollReactor.Mark"/>.</summary>
    public static void Mark(Greenlet self, ref FdWatch watch) => self.Hub.Reactor.Mark(ref watch);

    /// <summary>See <see cref="EpollReactor.Arm"/>.</summary>
    public static int Arm(Greenlet self, ref FdWatch watch) => self.Hub.Reactor.Arm(ref watch);

    /// <summary>See <see cref="EpollReactor.Disarm"/>.</summary>
    public static void Disarm(Greenlet self, ref FdWatch watch) => self.Hub.Reactor.Disarm(ref watch);

    /// <summary>
    /// May be called from any thread, before the fd is closed: every waiter on every hub wakes with <see cref="FdResult.Closed"/>, and the
    /// registrations are dropped, so that a reuse of the number cannot meet them. True when somebody waited. Costs a look into a table when nobody knows the fd.
    /// </summary>
    public static bool Forget(int fd)
    {
        bool woke = false;
        foreach (Hub hub in HubRegistry.All) woke |= hub.Reactor.Forget(fd);
        return woke;
    }

    /// <summary>May be called from any thread: makes the waiters of one fd try again (after shutdown(2), for instance).</summary>
    public static void Recheck(int fd)
    {
        foreach (Hub hub in HubRegistry.All) hub.Reactor.Recheck(fd);
    }

    private static FdWaiter Begin(Greenlet self, int fd, FdInterest interest)
    {
        FdWaiter waiter = self.DescriptorWait ??= new FdWaiter(self);
        waiter.Begin(fd, interest);
        return waiter;
    }

    private static FdResult Park(EpollReactor reactor, FdWaiter waiter, int fd, FdInterest interest, Deadline deadline)
    {
        ParkResult park = waiter.Park(deadline, Interrupts.Injected);
        if (park != ParkResult.Woken) reactor.Remove(waiter, fd, interest); // whoever closes it may be waking it in vain just now
        return waiter.IsClosed ? FdResult.Closed : Outcome(park);
    }

    private static FdResult Outcome(ParkResult park) => park switch
    {
        ParkResult.Woken => FdResult.Ready,
        ParkResult.TimedOut => FdResult.TimedOut,
        _ => FdResult.Interrupted,
    };
}
