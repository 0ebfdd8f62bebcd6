using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using Patchy.Interop;
using Patchy.Threading;

namespace Patchy.Reactor;

// Protocol.
//  1. A descriptor is added to the epoll set once, edge-triggered, for both directions, and stays there until Forget.
//  2. An edge wakes all that wait in its direction, and is counted: a wait with a mark (FdMark) begins only if there was none since the mark. For a wait without one it
//     is also kept in the entry when nobody waits, and ends that wait at once. As whoever waits has tried the call first, no edge is lost: an edge before the try
//     shows in the try, one after it shows in the entry.
//  3. The table and its entries are touched under _latch only (greenlets of this hub, the loop, and Forget from anywhere); looking whether there is
//     an entry at all needs no latch, since an entry is made while the descriptor cannot be closed (the guard of FdWait.Wait) and close comes after Forget.
//     For the same reason a wait needs no reference on the handle that the entry belongs to: if the entry is still in the table when the waiter is added, the close of that
//     handle has yet to come, and will find the waiter. An entry of another handle with the same number is taken for none.
//  4. Not every close is told. So an entry says nothing about a number unless the same handle asks again; for anybody else the kernel is asked whether the number still names the file
//     that was registered (epoll_ctl goes by both). If not, the entry is given up: those who wait in it are woken, as by Forget.
//  5. After Forget an event of the same epoll_wait may still name the number; it meets no entry, or a new one, which it wakes for nothing: harmless.

/// <summary>The descriptors that greenlets of one hub wait for (Linux epoll).</summary>
internal sealed unsafe partial class EpollReactor
{
    private const int BatchSize = 256;
    private const int ReadEvents = unchecked((int)(Libc.EpollIn | Libc.EpollPri | Libc.EpollRdHup | Libc.EpollErr | Libc.EpollHup));
    private const int EndEvents = unchecked((int)(Libc.EpollPri | Libc.EpollRdHup | Libc.EpollErr | Libc.EpollHup)); // FdMark, rule 3
    private const int WriteEvents = unchecked((int)(Libc.EpollOut | Libc.EpollErr | Libc.EpollHup));

    private const uint BothDirections = Libc.EpollIn | Libc.EpollPri | Libc.EpollOut | Libc.EpollRdHup | Libc.EpollEt;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int s_eventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int s_dataOffset = s_eventSize - 8;

    private bool _countsMilliseconds;

    private readonly Hub _hub;
    private readonly EventFd _bell;
    private readonly int _epoll;
    private readonly byte* _events;
    private SpinLatch _latch;
    private FdEntry?[] _entries = new FdEntry?[64];

    /// <param name="hub">Whose.</param>
    /// <param name="bell">What ends a sleep of its loop.</param>
    /// <param name="countsMilliseconds">As on a kernel without epoll_pwait2.</param>
    public EpollReactor(Hub hub, EventFd bell, bool countsMilliseconds = false)
    {
        _countsMilliseconds = countsMilliseconds;
        _hub = hub;
        _bell = bell;
        _epoll = Libc.epoll_create1(Libc.EpollCloexec);
        if (_epoll < 0) throw new InvalidOperationException($"epoll_create1 failed with errno {Marshal.GetLastPInvokeError()}: the process has no file descriptor left (see ulimit -n).");
        // SAFETY: used by the loop only, freed by Close.
        _events = (byte*)NativeMemory.AllocZeroed(BatchSize, (nuint)s_eventSize);
        if (Control(Libc.EpollCtlAdd, bell.Descriptor, Libc.EpollIn | Libc.EpollEt) != 0)
            throw new InvalidOperationException($"epoll_ctl failed with errno {Marshal.GetLastPInvokeError()} for the hub's own eventfd.");
    }

    public int Descriptor => _epoll;

    /// <summary>May be called from any thread: what is known of the descriptor, if it is registered under that handle; else null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FdEntry? Find(SafeHandle owner, int fd)
    {
        FdEntry?[] entries = Volatile.Read(ref _entries);
        return (uint)fd < (uint)entries.Length && entries[fd] is { } entry && entry.BelongsTo(owner) ? entry : null;
    }

    /// <summary>Only on a running greenlet, while the descriptor cannot be closed: from now on edges wake <paramref name="waiter"/>. False: do not park, see <paramref name="result"/>.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public bool TryAdd(FdWaiter waiter, SafeHandle owner, int fd, FdInterest interest, out FdResult result)
    {
        result = FdResult.Ready;
        _latch.Enter();
        int errno = Register(fd, owner, out FdEntry entry);
        bool park = false;
        if (errno != 0)
        {
            result = errno == Libc.Eperm ? FdResult.Unpollable : FdResult.Refused;
        }
        else if (entry.Of(interest).HasEdge)
        {
            entry.Of(interest).HasEdge = false;
        }
        else
        {
            entry.Of(interest).Add(waiter);
            park = true;
        }
        _latch.Exit();
        return park;
    }

    /// <summary>Only on a running greenlet: from now on edges wake <paramref name="waiter"/>. False: there were more than so many edges, or the entry is not in the table any more.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public bool TryAdd(FdWaiter waiter, FdEntry entry, FdInterest interest, int edges)
    {
        _latch.Enter();
        ref FdSide side = ref entry.Of(interest);
        bool park = side.Edges == edges && EntryOf(entry.Fd) == entry;
        if (park)
        {
            side.HasEdge = false;
            side.Add(waiter);
        }
        _latch.Exit();
        return park;
    }

    /// <summary>Only on a running greenlet: the wait ended otherwise.</summary>
    public void Remove(FdWaiter waiter, int fd, FdInterest interest)
    {
        _latch.Enter();
        EntryOf(fd)?.Of(interest).Remove(waiter);
        _latch.Exit();
    }

    /// <summary>Once the hub is over: who closes a descriptor finds none here any more.</summary>
    public void Close()
    {
        _latch.Enter();
        Volatile.Write(ref _entries, []);
        _ = Libc.close(_epoll);
        _latch.Exit();
        // SAFETY: only the loop has used it, and it has ended.
        NativeMemory.Free(_events);
    }

    /// <summary>May be called from any thread, before the descriptor is closed. True when somebody waited for it.</summary>
    public bool Forget(int fd)
    {
        if (!Knows(fd)) return false;
        bool woke = false;
        _latch.Enter();
        if (EntryOf(fd) is { } entry)
        {
            _ = Control(Libc.EpollCtlDel, fd, 0);
            woke = GiveUp(entry);
        }
        _latch.Exit();
        return woke;
    }

    /// <summary>Only on the loop: somebody waits for a descriptor.</summary>
    public bool HasWaiters()
    {
        bool any = false;
        _latch.Enter();
        foreach (FdEntry? entry in _entries)
        {
            any = entry is { HasWaiters: true };
            if (any) break;
        }
        _latch.Exit();
        return any;
    }

    /// <summary>May be called from any thread: whoever waits for the descriptor tries again.</summary>
    public void Recheck(int fd)
    {
        if (!Knows(fd)) return;
        _latch.Enter();
        if (EntryOf(fd) is { } entry)
        {
            Edge(ref entry.Read);
            Edge(ref entry.Write);
        }
        _latch.Exit();
    }

    /// <summary>Only on the loop: waits at most that long (-1: until there is something), and wakes whom the events concern.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public void Poll(int milliseconds) => Deliver(Libc.epoll_wait(_epoll, _events, BatchSize, milliseconds));

    /// <summary>Only on the loop: waits until then at most, to the precision of the kernel's timers, and wakes whom the events concern.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public void Poll(Deadline deadline)
    {
        if (_countsMilliseconds)
        {
            Poll(deadline.RemainingMilliseconds);
            return;
        }
        int count = Libc.EpollWait(_epoll, _events, BatchSize, deadline.RemainingNanoseconds);
        if (count < 0 && Marshal.GetLastPInvokeError() is Libc.Enosys or Libc.Eperm) _countsMilliseconds = true; // a kernel before 5.11, or a filter that old; the loop comes back
        else Deliver(count);
    }

    [MethodImpl(HotPath.CompiledOnce)]
    private void Deliver(int count)
    {
        if (count <= 0) return; // a timeout, or EINTR: the loop comes back
        _latch.Enter();
        for (int i = 0; i < count; i++)
        {
            // SAFETY: the kernel has filled in count events.
            byte* change = _events + i * s_eventSize;
            int events = *(int*)change;
            int fd = *(int*)(change + s_dataOffset);
            if (fd == _bell.Descriptor) _bell.Clear();
            else if ((uint)fd < (uint)_entries.Length && _entries[fd] is { } entry)
            {
                if ((events & EndEvents) != 0) entry.StopTrustingShortReads();
                if ((events & ReadEvents) != 0) Edge(ref entry.Read);
                if ((events & WriteEvents) != 0) Edge(ref entry.Write);
            }
        }
        _latch.Exit();
    }

    private static void Edge(ref FdSide side)
    {
        Volatile.Write(ref side.Edges, side.Edges + 1);
        if (!side.WakeAll(closed: false)) side.HasEdge = true;
    }

    private bool Knows(int fd)
    {
        FdEntry?[] entries = Volatile.Read(ref _entries);
        return (uint)fd < (uint)entries.Length && entries[fd] is not null;
    }

    private FdEntry? EntryOf(int fd) => (uint)fd < (uint)_entries.Length ? _entries[fd] : null;

    /// <summary>
    /// Under the latch, while the descriptor cannot be closed by <paramref name="owner"/>: the entry of what the number names now, in the epoll set. 0, or the error of epoll_ctl(2). What is ready when the
    /// kernel was asked makes an edge. The owner is null when its close will not be told.
    /// </summary>
    [MethodImpl(HotPath.CompiledOnce)]
    private int Register(int fd, SafeHandle? owner, out FdEntry entry)
    {
        if (EntryOf(fd) is { } known)
        {
            entry = known;
            if (owner is not null && known.BelongsTo(owner)) return 0;
            if (TryControl(Libc.EpollCtlMod, fd, BothDirections) == 0)
            {
                if (owner is not null) known.BelongTo(owner);
                return 0;
            }
            GiveUp(known);
        }
        entry = new FdEntry(fd);
        int errno = TryControl(Libc.EpollCtlAdd, fd, BothDirections);
        if (errno == Libc.Eexist) errno = TryControl(Libc.EpollCtlMod, fd, BothDirections);
        if (errno != 0) return errno;
        if (owner is not null) entry.BelongTo(owner);
        Keep(entry);
        return 0;
    }

    /// <summary>Under the latch: the entry is out of the table and all who wait in it are woken. True when there was one.</summary>
    private bool GiveUp(FdEntry entry)
    {
        _entries[entry.Fd] = null;
        return entry.Read.WakeAll(closed: true) | entry.Write.WakeAll(closed: true);
    }

    private void Keep(FdEntry entry)
    {
        if (entry.Fd >= _entries.Length)
        {
            FdEntry?[] grown = _entries;
            Array.Resize(ref grown, Math.Max(entry.Fd + 1, _entries.Length * 2));
            Volatile.Write(ref _entries, grown);
        }
        _entries[entry.Fd] = entry;
    }

    private int TryControl(int operation, int fd, uint events) => Control(operation, fd, events) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private int Control(int operation, int fd, uint events)
    {
        byte* change = stackalloc byte[16];
        // SAFETY: sixteen bytes hold either layout of struct epoll_event.
        *(uint*)change = events;
        *(ulong*)(change + s_dataOffset) = (ulong)(uint)fd;
        return Libc.epoll_ctl(_epoll, operation, fd, change);
    }
}
