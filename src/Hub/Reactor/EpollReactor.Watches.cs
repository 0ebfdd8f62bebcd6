using System;
using Patchy.Interop;

namespace Patchy.Reactor;

// Waits for one or several descriptors, of which some may be closed by somebody who tells nobody. See FdWait.WaitAny for the order of the calls.

internal sealed unsafe partial class EpollReactor
{
    /// <summary>Only on a running greenlet, before its first look: notes the edges of what is registered for good.</summary>
    public void Mark(ref FdWatch watch)
    {
        if (watch.Owner is { } owner && Find(owner, watch.Fd) is { } entry) watch.Note(entry);
    }

    /// <summary>
    /// Only on a running greenlet, while what has an owner cannot be closed: registers it, or asks the kernel again whether it is still that file, and notes its edges. 0, or an errno: EPERM when it never
    /// has events, EBADF when it is closed or the number names something else by now.
    /// </summary>
    public int Arm(ref FdWatch watch)
    {
        _latch.Enter();
        int errno = 0;
        if (watch.Entry is { } before && EntryOf(watch.Fd) != before)
        {
            watch.Clear();
            if (watch.Owner is null) errno = Libc.Ebadf; // told by somebody, or found out by a wait for the number's next owner
        }
        else if (watch.Entry is { } same && watch.Owner is null && TryControl(Libc.EpollCtlMod, watch.Fd, BothDirections) != 0)
        {
            GiveUp(same);
            watch.Clear();
            errno = Libc.Ebadf;
        }
        if (errno == 0)
        {
            FdEntry? entry = watch.Entry;
            if (entry is null && (errno = Register(watch.Fd, watch.Owner, out entry)) == 0 && watch.Owner is null) entry.Users++;
            if (errno == 0) watch.Note(entry);
        }
        _latch.Exit();
        return errno;
    }

    /// <summary>Only on a running greenlet: from now on edges of any of them wake <paramref name="waiter"/>. False: there was one since they were noted, or one is not registered any more.</summary>
    public bool TryAdd(FdWaiter waiter, ReadOnlySpan<FdWatch> watches)
    {
        _latch.Enter();
        bool park = true;
        foreach (ref readonly FdWatch watch in watches)
        {
            park = watch.IsQuiet && (watch.Entry is not { } entry || EntryOf(watch.Fd) == entry);
            if (!park) break;
        }
        if (park)
        {
            foreach (ref readonly FdWatch watch in watches)
            {
                if (watch.Entry is not { } entry) continue;
                if (watch.Reads) Add(ref entry.Read, waiter);
                if (watch.Writes) Add(ref entry.Write, waiter);
            }
        }
        _latch.Exit();
        return park;
    }

    /// <summary>Only on the greenlet, however its wait has ended: nobody knows the waiter any more.</summary>
    public void Remove(FdWaiter waiter, ReadOnlySpan<FdWatch> watches)
    {
        _latch.Enter();
        foreach (ref readonly FdWatch watch in watches)
        {
            if (watch.Entry is not { } entry) continue;
            if (watch.Reads) entry.Read.Remove(waiter);
            if (watch.Writes) entry.Write.Remove(waiter);
        }
        _latch.Exit();
    }

    /// <summary>Only on the greenlet, once for each that was armed: what has no owner is forgotten with its last user.</summary>
    public void Disarm(ref FdWatch watch)
    {
        if (watch.Owner is not null || watch.Entry is not { } entry) return;
        watch.Clear();
        _latch.Enter();
        if (--entry.Users == 0 && !entry.HasOwner && !entry.HasWaiters && EntryOf(watch.Fd) == entry)
        {
            _ = Control(Libc.EpollCtlDel, watch.Fd, 0); // if it was closed the kernel has done so
            _entries[watch.Fd] = null;
        }
        _latch.Exit();
    }

    private static void Add(ref FdSide side, FdWaiter waiter)
    {
        side.HasEdge = false; // of before the look
        side.Add(waiter);
    }
}
