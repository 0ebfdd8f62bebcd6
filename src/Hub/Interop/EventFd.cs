using System;
using System.Runtime.InteropServices;
using Patchy.Threading;

namespace Patchy.Interop;

/// <summary>A Linux eventfd: what ends the sleep of a hub in epoll.</summary>
internal sealed unsafe class EventFd
{
    private SpinLatch _latch;
    private bool _closed;

    public EventFd()
    {
        Descriptor = Libc.eventfd(0, Libc.EfdCloexec | Libc.EfdNonblock);
        if (Descriptor < 0)
            throw new InvalidOperationException($"eventfd failed with errno {Marshal.GetLastPInvokeError()}: the process has no file descriptor left (see ulimit -n).");
    }

    public int Descriptor { get; }

    /// <summary>May be called from any thread, also after Close: then it does nothing. The latch keeps a late signal from a descriptor that has the same number.</summary>
    public void Signal()
    {
        ulong one = 1;
        _latch.Enter();
        // SAFETY: eight bytes of a live local. EAGAIN means that the counter is full, that is, signalled: nothing is lost.
        if (!_closed) _ = Libc.write(Descriptor, &one, sizeof(ulong));
        _latch.Exit();
    }

    /// <summary>May be called from any thread, once.</summary>
    public void Close()
    {
        _latch.Enter();
        _closed = true;
        _ = Libc.close(Descriptor);
        _latch.Exit();
    }

    /// <summary>Only on the hub's loop.</summary>
    public void Clear()
    {
        ulong counter;
        // SAFETY: eight bytes of a live local; the descriptor does not block.
        _ = Libc.read(Descriptor, &counter, sizeof(ulong));
    }
}
