using System;
using System.Runtime.InteropServices;

namespace Patchy.Interop;

/// <summary>A Linux eventfd: what ends the sleep of a hub in epoll.</summary>
internal sealed unsafe class EventFd
{
    public EventFd()
    {
        Descriptor = Libc.eventfd(0, Libc.EfdCloexec | Libc.EfdNonblock);
        if (Descriptor < 0)
            throw new InvalidOperationException($"eventfd failed with errno {Marshal.GetLastPInvokeError()}: the process has no file descriptor left (see ulimit -n).");
    }

    public int Descriptor { get; }

    /// <summary>May be called from any thread.</summary>
    public void Signal()
    {
        ulong one = 1;
        // SAFETY: eight bytes of a live local. EAGAIN means that the counter is full, that is, signalled: nothing is lost.
        _ = Libc.write(Descriptor, &one, sizeof(ulong));
    }

    /// <summary>Only on the hub's loop.</summary>
    public void Clear()
    {
        ulong counter;
        // SAFETY: eight bytes of a live local; the descriptor does not block.
        _ = Libc.read(Descriptor, &counter, sizeof(ulong));
    }
}
