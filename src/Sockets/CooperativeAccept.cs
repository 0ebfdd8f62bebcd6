using System;
using System.Net.Sockets;
using Patchy.Reactor;
using Patchy.Threading;

namespace Patchy.Sockets;

/// <summary>Stands in for SocketAsyncContext.Accept, where Socket.Accept and TcpListener's calls end. Natively it knows no timeout either.</summary>
internal static unsafe class CooperativeAccept
{
    internal static delegate*<object, Memory<byte>, out int, out nint, SocketError> AcceptOriginal =
        (delegate*<object, Memory<byte>, out int, out nint, SocketError>)OriginalMethod.Of(
            SocketInternals.ContextType, "Accept", typeof(Memory<byte>), typeof(int).MakeByRefType(), typeof(nint).MakeByRefType());

    internal static SocketError Accept(object context, Memory<byte> socketAddress, out int socketAddressLength, out nint acceptedFd)
    {
        if (Greenlet.Running is not { } self) return AcceptOriginal(context, socketAddress, out socketAddressLength, out acceptedFd);
        if (!SocketCall.TryBegin(self, context, FdInterest.Read, out SafeSocketHandle handle)) return AcceptQueued(self, context, socketAddress, out socketAddressLength, out acceptedFd);

        Deadline deadline = default;
        while (true)
        {
            if (SocketInternals.TryAccept(null, handle, socketAddress, out socketAddressLength, out acceptedFd, out SocketError error)) return error;
            error = SocketCall.Park(self, handle, FdInterest.Read, timeout: -1, ref deadline);
            if (error != SocketError.Success) return error;
        }
    }

    private static SocketError AcceptQueued(Greenlet self, object context, Memory<byte> socketAddress, out int socketAddressLength, out nint acceptedFd)
    {
        SocketError error;
        SocketCall.EnterQueue(self);
        try
        {
            error = AcceptOriginal(context, socketAddress, out socketAddressLength, out acceptedFd);
        }
        finally
        {
            SocketCall.LeaveQueue(self);
        }
        if (error != SocketError.Success) acceptedFd = -1; // an operation that was aborted leaves 0 there, and the caller would close standard input
        return SocketCall.AfterQueue(self, error);
    }
}
