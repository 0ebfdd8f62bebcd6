using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Patchy.Reactor;
using Patchy.Threading;

namespace Patchy.Sockets;

/// <summary>
/// Stands in for the three SocketAsyncContext.SendTo, where Socket.Send and SendTo end. As natively, a stream send goes on until all is
/// sent; the timeout is for the whole of it.
/// </summary>
internal static unsafe class CooperativeSend
{
    internal static delegate*<object, byte[], int, int, SocketFlags, Memory<byte>, int, out int, SocketError> ToFromArrayOriginal =
        (delegate*<object, byte[], int, int, SocketFlags, Memory<byte>, int, out int, SocketError>)OriginalMethod.Of(
            SocketInternals.ContextType, "SendTo",
            typeof(byte[]), typeof(int), typeof(int), typeof(SocketFlags), typeof(Memory<byte>), typeof(int), typeof(int).MakeByRefType());

    internal static delegate*<object, ReadOnlySpan<byte>, SocketFlags, Memory<byte>, int, out int, SocketError> ToFromSpanOriginal =
        (delegate*<object, ReadOnlySpan<byte>, SocketFlags, Memory<byte>, int, out int, SocketError>)Entry(typeof(ReadOnlySpan<byte>));

    internal static delegate*<object, IList<ArraySegment<byte>>, SocketFlags, Memory<byte>, int, out int, SocketError> ToFromListOriginal =
        (delegate*<object, IList<ArraySegment<byte>>, SocketFlags, Memory<byte>, int, out int, SocketError>)Entry(typeof(IList<ArraySegment<byte>>));

    private static readonly bool s_isDirect = SystemCalls.Prepare();

    [MethodImpl(HotPath.CompiledOnce)]
    internal static SocketError ToFromArray(object context, byte[] buffer, int offset, int count, SocketFlags flags, Memory<byte> socketAddress, int timeout, out int bytesSent)
    {
        if (Hub.RunningHereOrNull() is not { } self) return ToFromArrayOriginal(context, buffer, offset, count, flags, socketAddress, timeout, out bytesSent);
        if (!SocketCall.TryBegin(self, context, FdInterest.Write, out SafeSocketHandle handle))
            return ToFromArrayQueued(self, context, buffer, offset, count, flags, socketAddress, timeout, out bytesSent);
        return flags == SocketFlags.None && socketAddress.Length == 0
            ? Send(self, handle, buffer.AsSpan(offset, count), timeout, out bytesSent)
            : SendTo(self, handle, buffer, null, offset, count, flags, socketAddress, timeout, out bytesSent);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SocketError ToFromArrayQueued(
        Greenlet self, object context, byte[] buffer, int offset, int count, SocketFlags flags, Memory<byte> socketAddress, int timeout, out int bytesSent)
    {
        SocketError error;
        SocketCall.EnterQueue(self);
        try
        {
            error = ToFromArrayOriginal(context, buffer, offset, count, flags, socketAddress, timeout, out bytesSent);
        }
        finally
        {
            SocketCall.LeaveQueue(self);
        }
        return SocketCall.AfterQueue(self, error);
    }

    [MethodImpl(HotPath.CompiledOnce)]
    internal static SocketError ToFromSpan(object context, ReadOnlySpan<byte> buffer, SocketFlags flags, Memory<byte> socketAddress, int timeout, out int bytesSent)
    {
        if (Hub.RunningHereOrNull() is not { } self) return ToFromSpanOriginal(context, buffer, flags, socketAddress, timeout, out bytesSent);
        if (!SocketCall.TryBegin(self, context, FdInterest.Write, out SafeSocketHandle handle))
            return ToFromSpanQueued(self, context, buffer, flags, socketAddress, timeout, out bytesSent);
        return flags == SocketFlags.None && socketAddress.Length == 0
            ? Send(self, handle, buffer, timeout, out bytesSent)
            : SendTo(self, handle, buffer, null, 0, buffer.Length, flags, socketAddress, timeout, out bytesSent);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SocketError ToFromSpanQueued(
        Greenlet self, object context, ReadOnlySpan<byte> buffer, SocketFlags flags, Memory<byte> socketAddress, int timeout, out int bytesSent)
    {
        SocketError error;
        SocketCall.EnterQueue(self);
        try
        {
            error = ToFromSpanOriginal(context, buffer, flags, socketAddress, timeout, out bytesSent);
        }
        finally
        {
            SocketCall.LeaveQueue(self);
        }
        return SocketCall.AfterQueue(self, error);
    }

    internal static SocketError ToFromList(object context, IList<ArraySegment<byte>> buffers, SocketFlags flags, Memory<byte> socketAddress, int timeout, out int bytesSent)
    {
        if (Hub.RunningHereOrNull() is not { } self) return ToFromListOriginal(context, buffers, flags, socketAddress, timeout, out bytesSent);
        if (!SocketCall.TryBegin(self, context, FdInterest.Write, out SafeSocketHandle handle))
            return ToFromListQueued(self, context, buffers, flags, socketAddress, timeout, out bytesSent);
        return SendTo(self, handle, default, buffers, 0, 0, flags, socketAddress, timeout, out bytesSent);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SocketError ToFromListQueued(
        Greenlet self, object context, IList<ArraySegment<byte>> buffers, SocketFlags flags, Memory<byte> socketAddress, int timeout, out int bytesSent)
    {
        SocketError error;
        SocketCall.EnterQueue(self);
        try
        {
            error = ToFromListOriginal(context, buffers, flags, socketAddress, timeout, out bytesSent);
        }
        finally
        {
            SocketCall.LeaveQueue(self);
        }
        return SocketCall.AfterQueue(self, error);
    }

    /// <summary>One buffer, no flags and no address.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    private static SocketError Send(Greenlet self, SafeSocketHandle handle, ReadOnlySpan<byte> buffer, int timeout, out int bytesSent)
    {
        if (buffer.Length == 0 || !s_isDirect || !SocketInternals.IsSocket(handle))
            return SendTo(self, handle, buffer, null, 0, buffer.Length, SocketFlags.None, default, timeout, out bytesSent);
        bytesSent = 0;
        Deadline deadline = default;
        while (true)
        {
            if (SystemCalls.TrySend(handle, ref buffer, ref bytesSent, out SocketError error)) return error;
            error = SocketCall.Park(self, handle, FdInterest.Write, timeout, ref deadline);
            if (error != SocketError.Success) return error;
        }
    }

    private static SocketError SendTo(
        Greenlet self, SafeSocketHandle handle, ReadOnlySpan<byte> buffer, IList<ArraySegment<byte>>? buffers, int offset, int count, SocketFlags flags,
        Memory<byte> socketAddress, int timeout, out int bytesSent)
    {
        bytesSent = 0;
        int bufferIndex = 0;
        Deadline deadline = default;
        while (true)
        {
            // A try moves bufferIndex, offset and count on by what it has sent.
            bool done = SocketInternals.TrySendTo(
                null, handle, buffer, buffers, ref bufferIndex, ref offset, ref count, flags, socketAddress.Span, ref bytesSent, out SocketError error);
            if (done) return error;
            error = SocketCall.Park(self, handle, FdInterest.Write, timeout, ref deadline);
            if (error != SocketError.Success) return error;
        }
    }

    private static nint Entry(Type buffer) => OriginalMethod.Of(
        SocketInternals.ContextType, "SendTo", buffer, typeof(SocketFlags), typeof(Memory<byte>), typeof(int), typeof(int).MakeByRefType());
}
