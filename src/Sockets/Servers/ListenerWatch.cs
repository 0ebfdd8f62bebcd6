using System.Net.Sockets;
using Patchy.Reactor;
using Patchy.Sockets;

namespace Patchy.Servers;

/// <summary>The wait of a server until its socket has something.</summary>
internal sealed class ListenerWatch(Socket socket)
{
    private const int LookForCloseEvery = 1000;

    private readonly SafeSocketHandle _handle = SocketInternals.Handle(socket);
    private readonly int _fd = (int)SocketInternals.Handle(socket).DangerousGetHandle();

    // Unpatched, a close by somebody else is told to nobody, and epoll forgets the descriptor without a word.
    private readonly bool _closesAreTold = ServerSockets.ClosesAreTold;

    /// <summary>Only on a running greenlet, after a try that found nothing: returns when the next try is due, which also finds a close. Throws what is injected.</summary>
    public void Wait(Greenlet self)
    {
        Deadline deadline = _closesAreTold ? Deadline.Never : Deadline.In(LookForCloseEvery);
        switch (FdWait.Wait(_handle, _fd, FdInterest.Read, deadline))
        {
            case FdResult.TimedOut when _handle.IsClosed:
                FdWait.Forget(_fd); // the number is somebody else's by now, or nobody's
                break;
            case FdResult.Interrupted:
                self.RaisePending(Interrupts.Injected);
                break;
            case FdResult.Unpollable or FdResult.Refused when !_handle.IsClosed:
                _ = SocketCall.Doze(self, Deadline.Never);
                break;
        }
    }
}
