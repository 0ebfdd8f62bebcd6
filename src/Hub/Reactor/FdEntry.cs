using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using Patchy.Interop;

namespace Patchy.Reactor;

/// <summary>What one reactor knows of one descriptor that is in its epoll set. Changed under the reactor's latch only, but for <see cref="DrainedAt"/>.</summary>
internal sealed class FdEntry
{
    private const int Unknown = 0, DrainedByShortRead = 1, Never = 2;
    private int _shortReads;
    private WeakReference<SafeHandle>? _owner;

    public FdEntry(int fd) => Fd = fd;

    public int Fd { get; }

    public FdSide Read;
    public FdSide Write;

    /// <summary>The number of read edges at which a stream was read empty: while it is still that number there is nothing to read. Written by whoever has read, on any thread.</summary>
    public int DrainedAt = -1;

    public ref FdSide Of(FdInterest interest) => ref interest == FdInterest.Read ? ref Read : ref Write;

    /// <summary>How many waits want it that will not be told of a close: with the last of them it goes, unless it belongs to a handle.</summary>
    public int Users;

    public bool HasWaiters => Read.HasWaiters || Write.HasWaiters;

    /// <summary>
    /// The handle under whose reference it was made. As long as the entry is in the table that handle has not been closed: its close takes it out first. Not a strong
    /// reference: a handle that its user has lost must be finalized, which closes it.
    /// </summary>
    public void BelongTo(SafeHandle owner) => _owner = new WeakReference<SafeHandle>(owner);

    public bool HasOwner => _owner is not null;

    public bool BelongsTo(SafeHandle handle) => _owner is { } owner && owner.TryGetTarget(out SafeHandle? target) && ReferenceEquals(target, handle);

    /// <summary>Whether a short read means that nothing is left. May be called from any thread.</summary>
    public bool IsDrainedByShortRead => Volatile.Read(ref _shortReads) is not Never and var known && (known == DrainedByShortRead || Ask());

    /// <summary>An end, an error or urgent data were seen: from now on a short read says nothing. Before the edge is counted.</summary>
    public void StopTrustingShortReads() => Volatile.Write(ref _shortReads, Never);

    // The descriptor may just be closed by somebody: then the answer is about another one, but this entry is not used again.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Ask()
    {
        bool isTcp = Libc.SocketOption(Fd, Libc.SoProtocol) == Libc.IpProtoTcp && Libc.SocketOption(Fd, Libc.SoType) == Libc.SockStream;
        return Interlocked.CompareExchange(ref _shortReads, isTcp ? DrainedByShortRead : Never, Unknown) == Unknown && isTcp;
    }
}
