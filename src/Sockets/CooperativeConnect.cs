using System;
using System.Buffers.Binary;
using System.Net.Sockets;
using Patchy.Reactor;
using Patchy.Threading;

namespace Patchy.Sockets;

/// <summary>
/// Stands in for SocketAsyncContext.Connect, where every synchronous connect ends (SocketPal.Connect calls nothing else on a blocking
/// socket, and is therefore no target of its own).
/// </summary>
internal static unsafe class CooperativeConnect
{
    private const ushort AddressFamilyUnix = 1; // of sockaddr, on Linux
    private const int LongestDoze = 16;

    internal static delegate*<object, Memory<byte>, SocketError> ConnectOriginal =
        (delegate*<object, Memory<byte>, SocketError>)OriginalMethod.Of(SocketInternals.ContextType, "Connect", typeof(Memory<byte>));

    internal static SocketError Connect(object context, Memory<byte> socketAddress)
    {
        if (Greenlet.Running is not { } self) return ConnectOriginal(context, socketAddress);

        // The BCL starts a connect whatever is queued, too; only the wait for its end is queued there. That wait needs no order.
        _ = SocketCall.TryBegin(self, context, FdInterest.Write, out SafeSocketHandle handle);
        int timeout = SocketInternals.SendTimeout(handle); // SO_SNDTIMEO ends a native connect
        Deadline deadline = default;
        SocketError error = Start(self, handle, socketAddress, timeout, ref deadline, out bool done);
        while (!done)
        {
            error = SocketCall.Park(self, handle, FdInterest.Write, timeout, ref deadline);
            done = error != SocketError.Success || SocketInternals.TryCompleteConnect(null, handle, out error);
        }
        SocketInternals.RegisterConnectResult(handle, error);

        // NamedPipeClientStream.Connect tries again and again, and between its tries only spins, where nothing is raised.
        if (error != SocketError.Success) self.RaisePending(Interrupts.Injected);
        return error;
    }

    private static SocketError Start(Greenlet self, SafeSocketHandle handle, Memory<byte> socketAddress, int timeout, ref Deadline deadline, out bool done)
    {
        for (int doze = 1; ; doze = Math.Min(doze * 2, LongestDoze))
        {
            done = SocketInternals.TryStartConnect(null, handle, socketAddress, out SocketError error);
            if (!done || error != SocketError.WouldBlock || !IsUnixDomain(socketAddress)) return error;

            // The listener's backlog is full. A blocking descriptor waits for a place, a non-blocking one is told EAGAIN, and no event says
            // when there is room: look again soon. When SO_SNDTIMEO is over a native connect says EAGAIN, too.
            if (deadline.Ticks == 0) deadline = timeout > 0 ? Deadline.In(timeout) : Deadline.Never;
            if (deadline.HasPassed) return error;
            var waiter = new Waiter(self, "a place in a listener's backlog");
            if (waiter.Park(Earlier(Deadline.In(doze), deadline), Interrupts.Injected) == ParkResult.Interrupted) self.RaisePending(Interrupts.Injected);
            if (handle.IsClosed)
            {
                return SocketError.OperationAborted;
            }
        }
    }

    private static Deadline Earlier(Deadline one, Deadline other) => one.Ticks <= other.Ticks ? one : other;

    private static bool IsUnixDomain(Memory<byte> socketAddress) =>
        socketAddress.Length >= 2 && (BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadUInt16LittleEndian(socketAddress.Span)
            : BinaryPrimitives.ReadUInt16BigEndian(socketAddress.Span)) == AddressFamilyUnix;
}
