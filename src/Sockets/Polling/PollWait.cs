using System;
using System.IO;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using Patchy.Interop;
using Patchy.Reactor;
using Patchy.Selecting;

namespace Patchy.Sockets.Polling;

// Protocol.
//  1. poll(2) says what is ready; the reactor only says when to look again. So all of poll's events are known, and an edge for nothing does no harm.
//  2. A parked wait holds no reference on a handle, so that a close goes through. A socket whose close is told (CooperativeClose) stays registered, and its close wakes the wait. Nobody tells of
//     the close of anything else: it is registered for this wait only, and looked after once a second. A native thread holds what it polls, but looks up as often, so that a close is late by
//     that second at most. Poll and Select of the class library hold what they wait for, as natively.
//  3. Before each look but the first the registrations are confirmed, since a number may have been closed and given away meanwhile: what it names now is no answer to this wait.
//  4. Cancel writes the error first, then makes an edge at the descriptor. The wait notes the edges, then reads the error, then parks if there was no edge. On a native thread it writes to an eventfd
//     that the thread polls, too; the latch of WaitTable keeps it open meanwhile.
//  5. However the wait ends, it leaves the table of waits and the reactor.

/// <summary>One wait, of a greenlet or a native thread, for any of several descriptors in any direction.</summary>
internal sealed class PollWait
{
    private const int LookForCloseEvery = 1000;

    private static readonly Exception s_noReasonGiven = new OperationCanceledException();

    private readonly PollEntry[] _entries;
    private readonly SafeHandle?[] _guards;
    private readonly FdWatch[] _watches;
    private readonly bool _isForeign;
    private bool _isRefused;
    private EventFd? _bell;
    private Exception? _error;
    private int _cancelledFd;

    private PollWait(PollEntry[] entries, SafeHandle?[] guards, bool isForeign)
    {
        _entries = entries;
        _guards = guards;
        _isForeign = isForeign;
        _watches = new FdWatch[entries.Length];
        bool areTold = CooperativeClose.IsInPlace;
        for (int i = 0; i < entries.Length; i++)
        {
            int wanted = entries[i].Wanted;
            bool writes = (wanted & PollEntry.Out) != 0;
            SafeSocketHandle? socket = areTold ? guards[i] as SafeSocketHandle : null;
            if (socket is not null) _ = SocketInternals.AsyncContext(socket); // a close is told only of sockets that have one
            _watches[i] = new FdWatch(entries[i].Fd, !writes || (wanted & ~PollEntry.Out) != 0, writes, socket);
        }
    }

    /// <summary>The descriptors that are waited for.</summary>
    public ReadOnlySpan<FdWatch> Watches => _watches;

    /// <summary>
    /// For what users of Patchy.Selecting wait for: true when an entry says that something was found; what is closed, or was closed meanwhile, is <see cref="PollEntry.Invalid"/>. On a greenlet others run
    /// in any case. Throws what is injected.
    /// </summary>
    /// <param name="entries">With their numbers; the answers stand there.</param>
    /// <param name="guards">A copy: for each its handle, or null.</param>
    /// <param name="deadline">When to give up.</param>
    /// <exception cref="IOException">The kernel does not watch one of them.</exception>
    /// <exception cref="BlockingSwitchOutException">Nothing is ready, and this is a callback of the hub.</exception>
    public static bool Any(PollEntry[] entries, SafeHandle?[] guards, Deadline deadline)
    {
        var wait = new PollWait(entries, guards, isForeign: true);
        return Greenlet.Running is { } self ? wait.Park(self, deadline) : wait.Block(deadline);
    }

    /// <summary>Only on a running greenlet, for Poll and Select of the class library, with references held on the handles: others run only when nothing is ready. Throws what is injected.</summary>
    public static void AnySocket(Greenlet self, PollEntry[] entries, SafeSocketHandle[] held, Deadline deadline) =>
        _ = new PollWait(entries, held, isForeign: false).Park(self, deadline);

    /// <summary>As <see cref="AnySocket"/>, for one direction of one socket: allocates nothing.</summary>
    public static void OneSocket(Greenlet self, SafeSocketHandle held, ref PollEntry entry, FdInterest interest, Deadline deadline)
    {
        _ = SocketInternals.AsyncContext(held);
        while (PollCalls.Look(MemoryMarshal.CreateSpan(ref entry, 1)) == 0 && !deadline.HasPassed)
        {
            switch (FdWait.Wait(held, entry.Fd, interest, deadline))
            {
                case FdResult.Interrupted:
                    self.RaisePending(Interrupts.Injected);
                    break;
                case FdResult.Unpollable or FdResult.Refused:
                    _ = SocketCall.Doze(self, deadline);
                    break;
            }
        }
    }

    /// <summary>Under the latch of WaitTable: the wait ends with that error, or with one of its own. The caller then makes an edge at the descriptor (<see cref="FdWait.Recheck"/>).</summary>
    public void Cancel(int fd, Exception? error)
    {
        if (_error is not null) return;
        _cancelledFd = fd;
        Volatile.Write(ref _error, error ?? s_noReasonGiven);
        _bell?.Signal();
    }

    private bool Park(Greenlet self, Deadline deadline)
    {
        bool isListed = false;
        try
        {
            bool isReady = Look(self, deadline, isFirst: true);
            if (isReady || deadline.HasPassed)
            {
                if (!_isForeign) return isReady;
                // As gevent: a loop round a ready descriptor must not keep the hub for itself.
                Hub.Yield(self);
                self.RaisePending(Interrupts.Injected);
                return isReady;
            }
            if (_isForeign)
            {
                isListed = true;
                WaitTable.Add(this);
            }
            while (true)
            {
                ThrowIfCancelled();
                if (_isRefused) _ = SocketCall.Doze(self, deadline);
                else if (FdWait.WaitAny(self, _watches, NextLook(deadline)) == FdResult.Interrupted) self.RaisePending(Interrupts.Injected);
                ThrowIfCancelled();
                if (Look(self, deadline, isFirst: false)) return true;
                if (deadline.HasPassed) return false;
            }
        }
        finally
        {
            if (isListed) WaitTable.Remove(this);
            foreach (ref FdWatch watch in _watches.AsSpan()) FdWait.Disarm(self, ref watch);
        }
    }

    private bool Block(Deadline deadline)
    {
        if (LookOnce()) return true;
        if (deadline.HasPassed) return false;
        if (Hub.IsLoopHere) throw new BlockingSwitchOutException();
        _bell = DescriptorErrors.NewBell();
        PollEntry[] polled = [.. _entries, new PollEntry { Fd = _bell.Descriptor, Wanted = PollEntry.In }];
        bool isReady = false;
        try
        {
            WaitTable.Add(this);
            while (!isReady && !deadline.HasPassed && Volatile.Read(ref _error) is null) isReady = BlockOnce(polled, NotForLong(deadline));
        }
        finally
        {
            WaitTable.Remove(this);
            _bell.Close();
        }
        ThrowIfCancelled();
        return isReady;
    }

    private bool LookOnce()
    {
        Hold();
        try
        {
            return PollCalls.Look(_entries) + NoteClosed() > 0;
        }
        finally
        {
            Release();
        }
    }

    /// <summary>True when something was found. False also when a signal or the bell has ended it.</summary>
    private bool BlockOnce(PollEntry[] polled, Deadline until)
    {
        Hold();
        try
        {
            _entries.CopyTo(polled, 0); // some may be closed by now
            _ = PollCalls.Block(polled, NoteClosed() > 0 ? 0 : until.RemainingMilliseconds);
        }
        finally
        {
            Release();
        }
        int found = 0;
        for (int i = 0; i < _entries.Length; i++)
        {
            _entries[i].Found = polled[i].Found;
            if (polled[i].Found != 0) found++;
        }
        return found + NoteClosed() > 0; // a handle that was closed meanwhile is so only now
    }

    /// <summary>True when something was found. If not, everything is registered.</summary>
    private bool Look(Greenlet self, Deadline deadline, bool isFirst)
    {
        Hold();
        try
        {
            if (isFirst) foreach (ref FdWatch watch in _watches.AsSpan()) FdWait.Mark(self, ref watch);
            else Arm(self, onlyNew: false);
            if (PollCalls.Look(_entries) + NoteClosed() > 0) return true;
            if (!isFirst || deadline.HasPassed) return false;
            Arm(self, onlyNew: true); // what is registered was noted before the look, and must not be noted again after it
            return NoteClosed() > 0;
        }
        finally
        {
            Release();
        }
    }

    private void Arm(Greenlet self, bool onlyNew)
    {
        _isRefused = false;
        for (int i = 0; i < _watches.Length; i++)
        {
            if (_entries[i].Fd < 0 || (onlyNew && _watches[i].Entry is not null)) continue;
            int errno = FdWait.Arm(self, ref _watches[i]);
            if (errno is 0 or Libc.Eperm) continue; // a regular file: it is ready in all directions that it has, and the look has said so
            if (errno == Libc.Ebadf) _entries[i].Fd = -1;
            else if (_isForeign) throw DescriptorErrors.Refused(_entries[i].Fd, errno);
            else _isRefused = true; // poll(2), which is what is called natively, would not fail
        }
    }

    private Deadline NextLook(Deadline deadline)
    {
        foreach (ref readonly FdWatch watch in Watches)
        {
            if (watch.Owner is null) return NotForLong(deadline);
        }
        return deadline;
    }

    private static Deadline NotForLong(Deadline deadline) => Deadline.At(Math.Min(deadline.Ticks, Deadline.In(LookForCloseEvery).Ticks));

    private void ThrowIfCancelled()
    {
        if (Volatile.Read(ref _error) is { } error) throw ReferenceEquals(error, s_noReasonGiven) ? DescriptorErrors.Cancelled(_cancelledFd) : error;
    }

    private void Hold()
    {
        if (!_isForeign) return;
        for (int i = 0; i < _guards.Length; i++)
        {
            if (_guards[i] is not { } guard) continue;
            bool held = false;
            try
            {
                guard.DangerousAddRef(ref held);
            }
            catch (ObjectDisposedException)
            {
                _guards[i] = null;
                _entries[i].Fd = -1; // which poll(2) passes over
            }
        }
    }

    private void Release()
    {
        if (!_isForeign) return;
        foreach (SafeHandle? guard in _guards) guard?.DangerousRelease();
    }

    /// <summary>How many are closed.</summary>
    private int NoteClosed()
    {
        int closed = 0;
        for (int i = 0; i < _entries.Length; i++)
        {
            if (_entries[i].Fd >= 0 && !(_isForeign && _guards[i] is { IsClosed: true })) continue;
            _entries[i].Found = PollEntry.Invalid;
            closed++;
        }
        return closed;
    }
}
