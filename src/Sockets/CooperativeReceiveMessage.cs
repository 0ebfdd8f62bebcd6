using System;
using System.Net.Sockets;
using Patchy.Reactor;
using Patchy.Threading;

namespace Patchy.Sockets;

/// <summary>Stands in for the two SocketAsyncContext.ReceiveMessageFrom, where Socket.ReceiveMessageFrom ends.</summary>
internal static unsafe class CooperativeReceiveMessage
{
    internal static delegate*<object, Memory<byte>, ref SocketFlags, Memory<byte>, out int, bool, bool, int, out IPPacketInformation, out int, SocketError> FromMemoryOriginal =
        (delegate*<object, Memory<byte>, ref SocketFlags, Memory<byte>, out int, bool, bool, int, out IPPacketInformation, out int, SocketError>)Entry(typeof(Memory<byte>));

    internal static delegate*<object, Span<byte>, ref SocketFlags, Memory<byte>, out int, bool, bool, int, out IPPacketInformation, out int, SocketError> FromSpanOriginal =
        (delegate*<object, Span<byte>, ref SocketFlags, Memory<byte>, out int, bool, bool, int, out IPPacketInformation, out int, SocketError>)Entry(typeof(Span<byte>));

    internal static SocketError FromMemory(
        object context, Memory<byte> buffer, ref SocketFlags flags, Memory<byte> socketAddress, out int socketAddressLength, bool isIPv4, bool isIPv6, int timeout,
        out IPPacketInformation packetInformation, out int bytesReceived)
    {
        if (Greenlet.Running is not { } self)
            return FromMemoryOriginal(context, buffer, ref flags, socketAddress, out socketAddressLength, isIPv4, isIPv6, timeout, out packetInformation, out bytesReceived);
        if (SocketCall.TryBegin(self, context, FdInterest.Read, out SafeSocketHandle handle))
            return Receive(self, handle, buffer.Span, ref flags, socketAddress, out socketAddressLength, isIPv4, isIPv6, timeout, out packetInformation, out bytesReceived);

        SocketError error;
        SocketCall.EnterQueue(self);
        try
        {
            error = FromMemoryOriginal(context, buffer, ref flags, socketAddress, out socketAddressLength, isIPv4, isIPv6, timeout, out packetInformation, out bytesReceived);
        }
        finally
        {
            SocketCall.LeaveQueue(self);
        }
        return SocketCall.AfterQueue(self, error);
    }

    internal static SocketError FromSpan(
        object context, Span<byte> buffer, ref SocketFlags flags, Memory<byte> socketAddress, out int socketAddressLength, bool isIPv4, bool isIPv6, int timeout,
        out IPPacketInformation packetInformation, out int bytesReceived)
    {
        if (Greenlet.Running is not { } self)
            return FromSpanOriginal(context, buffer, ref flags, socketAddress, out socketAddressLength, isIPv4, isIPv6, timeout, out packetInformation, out bytesReceived);
        if (SocketCall.TryBegin(self, context, FdInterest.Read, out SafeSocketHandle handle))
            return Receive(self, handle, buffer, ref flags, socketAddress, out socketAddressLength, isIPv4, isIPv6, timeout, out packetInformation, out bytesReceived);

        SocketError error;
        SocketCall.EnterQueue(self);
        try
        {
            error = FromSpanOriginal(context, buffer, ref flags, socketAddress, out socketAddressLength, isIPv4, isIPv6, timeout, out packetInformation, out bytesReceived);
        }
        finally
        {
            SocketCall.LeaveQueue(self);
        }
        return SocketCall.AfterQueue(self, error);
    }

    private static SocketError Receive(
        Greenlet self, SafeSocketHandle handle, Span<byte> buffer, ref SocketFlags flags, Memory<byte> socketAddress, out int socketAddressLength, bool isIPv4, bool isIPv6,
        int timeout, out IPPacketInformation packetInformation, out int bytesReceived)
    {
        Deadline deadline = default;
        while (true)
        {
            bool done = SocketInternals.TryReceiveMessageFrom(
                null, handle, buffer, null, flags, socketAddress, out socketAddressLength, isIPv4, isIPv6, out bytesReceived, out SocketFlags receivedFlags,
                out packetInformation, out SocketError error);
            if (!done) error = SocketCall.Park(self, handle, FdInterest.Read, timeout, ref deadline);
            if (done || error != SocketError.Success)
            {
                if (!done) socketAddressLength = socketAddress.Length; // as the BCL leaves it when nothing came
                flags = receivedFlags;
                return error;
            }
        }
    }

    private static nint Entry(Type buffer) => OriginalMethod.Of(
        SocketInternals.ContextType, "ReceiveMessageFrom",
        buffer, typeof(SocketFlags).MakeByRefType(), typeof(Memory<byte>), typeof(int).MakeByRefType(), typeof(bool), typeof(bool), typeof(int),
        typeof(IPPacketInformation).MakeByRefType(), typeof(int).MakeByRefType());
}
