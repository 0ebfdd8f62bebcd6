using System;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Patchy.Interop;
using Patchy.Reactor;

namespace Patchy.Sockets.Polling;

/// <summary>A level-triggered epoll descriptor over what one Select waits for. Disposed, it is forgotten by the reactor before it is closed.</summary>
internal sealed unsafe class EpollSet : SafeHandleMinusOneIsInvalid
{
    private const int EventSize = 16; // enough for either layout of struct epoll_event

    public EpollSet() : base(ownsHandle: true) { }

    public static EpollSet Of(ReadOnlySpan<PollEntry> entries)
    {
        var set = new EpollSet();
        set.SetHandle(Libc.epoll_create1(Libc.EpollCloexec));
        if (set.IsInvalid) throw new SocketException((int)SocketError.TooManyOpenSockets);
        for (int i = 0; i < entries.Length; i++) set.Add(entries, i);
        return set;
    }

    /// <summary>Takes the events that woke us for nothing, so that the next one is an edge again.</summary>
    public void Drain()
    {
        byte* one = stackalloc byte[EventSize];
        // SAFETY: room for one event, and a timeout of 0.
        _ = Libc.epoll_wait((int)handle, one, 1, 0);
    }

    protected override bool ReleaseHandle()
    {
        FdWait.Forget((int)handle);
        return Libc.close((int)handle) == 0;
    }

    private void Add(ReadOnlySpan<PollEntry> entries, int index)
    {
        int fd = entries[index].Fd;
        if (Control(Libc.EpollCtlAdd, fd, (ushort)entries[index].Wanted) == 0) return;
        if (Marshal.GetLastPInvokeError() != Libc.Eexist) return; // poll(2) will say what is wrong with it

        // The same socket in more than one list: epoll knows a descriptor once.
        uint wanted = 0;
        for (int i = 0; i <= index; i++)
        {
            if (entries[i].Fd == fd) wanted |= (ushort)entries[i].Wanted;
        }
        _ = Control(Libc.EpollCtlMod, fd, wanted);
    }

    // The event bits of epoll are those of poll.
    private int Control(int operation, int fd, uint events)
    {
        byte* change = stackalloc byte[EventSize];
        // SAFETY: sixteen bytes hold either layout; the data word is not read back.
        new Span<byte>(change, EventSize).Clear();
        *(uint*)change = events;
        return Libc.epoll_ctl((int)handle, operation, fd, change);
    }
}
