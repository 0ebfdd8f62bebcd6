using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Patchy.Reactor;
using Patchy.Threading;

namespace Patchy.Sockets;

/// <summary>Stands in for SocketAsyncContext.SendFile, where Socket.SendFile ends. Reading the file itself may block for the disk, as everywhere.</summary>
internal static unsafe class CooperativeSendFile
{
    internal static delegate*<object, SafeFileHandle, long, long, int, out long, SocketError> SendFileOriginal =
        (delegate*<object, SafeFileHandle, long, long, int, out long, SocketError>)OriginalMethod.Of(
            SocketInternals.ContextType, "SendFile", typeof(SafeFileHandle), typeof(long), typeof(long), typeof(int), typeof(long).MakeByRefType());

    internal static SocketError SendFile(object context, SafeFileHandle file, long offset, long count, int timeout, out long bytesSent)
    {
        if (Greenlet.Running is not { } self) return SendFileOriginal(context, file, offset, count, timeout, out bytesSent);
        if (!SocketCall.TryBegin(self, context, FdInterest.Write, out SafeSocketHandle handle)) return SendFileQueued(self, context, file, offset, count, timeout, out bytesSent);

        bytesSent = 0;
        Deadline deadline = default;
        while (true)
        {
            if (SocketInternals.TrySendFile(null, handle, file, ref offset, ref count, ref bytesSent, out SocketError error)) return error;
            error = SocketCall.Park(self, handle, FdInterest.Write, timeout, ref deadline);
            if (error != SocketError.Success) return error;
        }
    }

    private static SocketError SendFileQueued(Greenlet self, object context, SafeFileHandle file, long offset, long count, int timeout, out long bytesSent)
    {
        SocketError error;
        SocketCall.EnterQueue(self);
        try
        {
            error = SendFileOriginal(context, file, offset, count, timeout, out bytesSent);
        }
        finally
        {
            SocketCall.LeaveQueue(self);
        }
        return SocketCall.AfterQueue(self, error);
    }
}
