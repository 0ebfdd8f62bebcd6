using System.Net;
using System.Net.Sockets;
using Patchy.Reactor;

namespace Patchy.Tests.Reactor;

/// <summary>Two connected sockets; the near one is used without blocking, by FdWait.</summary>
internal sealed class SocketPair : IDisposable
{
    public SocketPair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Near.Connect(listener.LocalEndPoint!);
        Far = listener.Accept();
        Far.NoDelay = true;
        Near.Blocking = false;
        Fd = (int)Near.Handle;
    }

    public Socket Near { get; }

    public Socket Far { get; }

    public int Fd { get; }

    public byte ReceiveOne()
    {
        byte[] buffer = new byte[1];
        while (true)
        {
            int count = Near.Receive(buffer, 0, 1, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success) return count == 1 ? buffer[0] : (byte)0;
            if (error != SocketError.WouldBlock) throw new SocketException((int)error);
            FdWait.Wait(Near.SafeHandle, Fd, FdInterest.Read, Deadline.Never);
        }
    }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
