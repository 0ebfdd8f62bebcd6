using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Patchy.Reactor;
using Patchy.Threading;

namespace Patchy.Sockets;

/// <summary>
/// Stands in for the three SocketAsyncContext.ReceiveFrom, where Socket.Receive and ReceiveFrom end, and so NetworkStream, SslStream,
/// pipes and redirected process streams (which are read, not received).
/// </summary>
internal static unsafe class CooperativeReceive
{
    internal static delegate*<object, Memory<byte>, ref SocketFlags, Memory<byte>, out int, int, out int, SocketError> FromMemoryOriginal =
        (delegate*<object, Memory<byte>, ref SocketFlags, Memory<byte>, out int, int, out int, SocketError>)Entry(typeof(Memory<byte>));

    internal static delegate*<object, Span<byte>, ref SocketFlags, Memory<byte>, out int, int, out int, SocketError> FromSpanOriginal =
        (delegate*<object, Span<byte>, ref SocketFlags, Memory<byte>, out int, int, out int, SocketError>)Entry(typeof(Span<byte>));

    internal static delegate*<object, IList<ArraySegment<byte>>, ref SocketFlags, Memory<byte>, out int, int, out int, SocketError> FromListOriginal =
        (delegate*<object, IList<ArraySegment<byte>>, ref SocketFlags, Memory<byte>, out int, int, out int, SocketError>)Entry(typeof(IList<ArraySegment<byte>>));

    private static readonly bool s_isDirect = SystemCalls.Prepare();

    [MethodImpl(HotPath.CompiledOnce)]
    internal static SocketError FromMemory(
        object context, Memory<byte> buffer, ref SocketFlags flags, Memory<byte> socketAddress, out int socketAddressLength, int timeout, out int bytesReceived)
    {
        if (Hub.RunningHereOrNull() is not { } self) return FromMemoryOriginal(context, buffer, ref flags, socketAddress, out socketAddressLength, timeout, out bytesReceived);
        if (!SocketCall.TryBegin(self, context, FdInterest.Read, out SafeSocketHandle handle))
            return FromMemoryQueued(self, context, buffer, ref flags, socketAddress, out socketAddressLength, timeout, out bytesReceived);
        return socketAddress.Length == 0
            ? Receive(self, handle, buffer.Span, ref flags, out socketAddressLength, timeout, out bytesReceived)
            : ReceiveFrom(self, handle, buffer.Span, null, ref flags, socketAddress, out socketAddressLength, timeout, out bytesReceived);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SocketError FromMemoryQueued(
        Greenlet self, object context, Memory<byte> buffer, ref SocketFlags flags, Memory<byte> socketAddress, out int socketAddressLength, int timeout, out int bytesReceived)
    {
        SocketError error;
        SocketCall.EnterQueue(self);
        try
        {
            error = FromMemoryOriginal(context, buffer, ref flags, socketAddress, out socketAddressLength, timeout, out bytesReceived);
        }
        finally
        {
            SocketCall.LeaveQueue(self);
        }
        return SocketCall.AfterQueue(self, error);
    }

    [MethodImpl(HotPath.CompiledOnce)]
    internal static SocketError FromSpan(
        object context, Span<byte> buffer, ref SocketFlags flags, Memory<byte> socketAddress, out int socketAddressLength, int timeout, out int bytesReceived)
    {
        if (Hub.RunningHereOrNull() is not { } self) return FromSpanOriginal(context, buffer, ref flags, socketAddress, out socketAddressLength, timeout, out bytesReceived);
        if (!SocketCall.TryBegin(self, context, FdInterest.Read, out SafeSocketHandle handle))
            return FromSpanQueued(self, context, buffer, ref flags, socketAddress, out socketAddressLength, timeout, out bytesReceived);
        return socketAddress.Length == 0
            ? Receive(self, handle, buffer, ref flags, out socketAddressLength, timeout, out bytesReceived)
            : ReceiveFrom(self, handle, buffer, null, ref flags, socketAddress, out socketAddressLength, timeout, out bytesReceived);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SocketError FromSpanQueued(
        Greenlet self, object context, Span<byte> buffer, ref SocketFlags flags, Memory<byte> socketAddress, out int socketAddressLength, int timeout, out int bytesReceived)
    {
        SocketError error;
        SocketCall.EnterQueue(self);
        try
        {
            error = FromSpanOriginal(context, buffer, ref flags, socketAddress, out socketAddressLength, timeout, out bytesReceived);
        }
        finally
        {
            SocketCall.LeaveQueue(self);
        }
        return SocketCall.AfterQueue(self, error);
    }

    internal static SocketError FromList(
        object context, IList<ArraySegment<byte>> buffers, ref SocketFlags flags, Memory<byte> socketAddress, out int socketAddressLength, int timeout, out int bytesReceived)
    {
        if (Hub.RunningHereOrNull() is not { } self) return FromListOriginal(context, buffers, ref flags, socketAddress, out socketAddressLength, timeout, out bytesReceived);
        if (SocketCall.TryBegin(self, context, FdInterest.Read, out SafeSocketHandle handle))
            return ReceiveFrom(self, handle, default, buffers, ref flags, socketAddress, out socketAddressLength, timeout, out bytesReceived);
        return FromListQueued(self, context, buffers, ref flags, socketAddress, out socketAddressLength, timeout, out bytesReceived);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SocketError FromListQueued(
        Greenlet self, object context, IList<ArraySegment<byte>> buffers, ref SocketFlags flags, Memory<byte> socketAddress, out int socketAddressLength, int timeout, out int bytesReceived)
    {
        SocketError error;
        SocketCall.EnterQueue(self);
        try
        {
            error = FromListOriginal(context, buffers, ref flags, socketAddress, out socketAddressLength, timeout, out bytesReceived);
        }
        finally
        {
            SocketCall.LeaveQueue(self);
        }
        return SocketCall.AfterQueue(self, error);
    }

    private static SocketError ReceiveFrom(
        Greenlet self, SafeSocketHandle handle, Span<byte> buffer, IList<ArraySegment<byte>>? buffers, ref SocketFlags flags, Memory<byte> socketAddress,
        out int socketAddressLength, int timeout, out int bytesReceived)
    {
        Deadline deadline = default;
        while (true)
        {
            bool done = SocketInternals.TryReceiveFrom(
                null, handle, buffer, buffers, flags, socketAddress.Span, out socketAddressLength, out bytesReceived, out SocketFlags receivedFlags, out SocketError error);
            if (!done) error = SocketCall.Park(self, handle, FdInterest.Read, timeout, ref deadline);
            if (done || error != SocketError.Success)
            {
                if (!done) socketAddressLength = socketAddress.Length; // as the BCL leaves it when nothing came
                flags = receivedFlags;
                return error;
            }
        }
    }

    /// <summary>Socket.Receive looks neither at the address nor at the flags: recv(2) does, which costs less than recvmsg(2).</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    private static SocketError Receive(Greenlet self, SafeSocketHandle handle, Span<byte> buffer, ref SocketFlags flags, out int socketAddressLength, int timeout, out int bytesReceived)
    {
        Deadline deadline = default;
        SocketFlags asked = flags;
        bool isPlain = asked == SocketFlags.None && buffer.Length > 0;
        flags = SocketFlags.None;
        socketAddressLength = 0;
        while (true)
        {
            FdMark mark = FdWait.Mark(self, handle, (int)handle.DangerousGetHandle(), FdInterest.Read);
            if (!isPlain || !mark.IsDrained)
            {
                bool done = isPlain && s_isDirect && SocketInternals.IsSocket(handle)
                    ? SystemCalls.TryReceive(handle, buffer, out bytesReceived, out SocketError error)
                    : SocketInternals.TryReceive(null, handle, buffer, asked, out bytesReceived, out error);
                if (done)
                {
                    if (isPlain && bytesReceived > 0 && bytesReceived < buffer.Length) mark.NoteShortRead();
                    return error;
                }
            }
            self.DescriptorWait?.Expect(SocketInternals.AsyncContext(handle), ref MemoryMarshal.GetReference(buffer));
            SocketError end = SocketCall.Park(self, handle, FdInterest.Read, timeout, ref deadline, mark);
            if (end != SocketError.Success)
            {
                bytesReceived = 0;
                return end;
            }
        }
    }

    private static nint Entry(Type buffer) => OriginalMethod.Of(
        SocketInternals.ContextType, "ReceiveFrom",
        buffer, typeof(SocketFlags).MakeByRefType(), typeof(Memory<byte>), typeof(int).MakeByRefType(), typeof(int), typeof(int).MakeByRefType());
}
