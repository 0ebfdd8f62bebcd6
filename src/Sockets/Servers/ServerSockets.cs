using System;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Patchy.Reactor;
using Patchy.Sockets;
using Patchy.Threading;

namespace Patchy.Servers;

/// <summary>What servers do with sockets below the public calls, so that it is cooperative whether these are patched or not.</summary>
internal static unsafe class ServerSockets
{
    private const int SolSocket = 1;
    private const int SoReuseAddr = 2;

    /// <summary>True while every close of a socket, whoever does it, tells the reactors. May be called from any thread.</summary>
    public static bool ClosesAreTold => CooperativeClose.IsInPlace;

    /// <summary>A socket that is bound to <paramref name="address"/>.</summary>
    /// <exception cref="SocketException">The system refuses it; the message names the address.</exception>
    public static Socket Bind(EndPoint address, SocketType type, bool reuseAddress)
    {
        AddressFamily family = address.AddressFamily;
        var socket = new Socket(family, type, ProtocolType.Unspecified);
        try
        {
            if (address is IPEndPoint { Address: var ip } && ip.Equals(IPAddress.IPv6Any)) socket.DualMode = true;

            // SocketOptionName.ReuseAddress would set SO_REUSEPORT as well, which lets two servers share a port without noticing.
            if (reuseAddress && family != AddressFamily.Unix) socket.SetRawSocketOption(SolSocket, SoReuseAddr, BitConverter.GetBytes(1));
            socket.Bind(address);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new SocketException((int)exception.SocketErrorCode, $"{exception.Message}: {address}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A try is answered at once from now on. <see cref="Socket.Blocking"/> stays what it is.</summary>
    public static void MakeNonBlocking(Socket socket)
    {
        object context = SocketInternals.AsyncContext(SocketInternals.Handle(socket));
        if (!SocketInternals.IsHandleNonBlocking(context)) SocketInternals.SetHandleNonBlocking(context);
    }

    /// <summary>Tries once to take a connection; null when there is none.</summary>
    /// <exception cref="SocketException">The error of accept(2).</exception>
    /// <exception cref="ObjectDisposedException">The listener is closed.</exception>
    public static Socket? TryAccept(Socket listener, EndPoint template, out EndPoint address)
    {
        address = template;
        var buffer = new SocketAddress(template.AddressFamily);
        SafeSocketHandle handle = Held(listener, out bool held);
        nint fd;
        try
        {
            if (!SocketInternals.TryAccept(null, handle, buffer.Buffer, out int length, out fd, out SocketError error)) return null;
            if (error != SocketError.Success) throw new SocketException((int)error);
            buffer.Size = length;
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
        var accepted = new SafeSocketHandle(fd, ownsHandle: true);
        try
        {
            address = template.Create(buffer);
            return CreateAcceptSocket(listener, accepted, address);
        }
        catch
        {
            accepted.Dispose();
            throw;
        }
    }

    /// <summary>Tries once to take a datagram; -1 when there is none.</summary>
    /// <exception cref="SocketException">The error of recvfrom(2).</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static int TryReceiveFrom(Socket socket, EndPoint template, Span<byte> buffer, out EndPoint address)
    {
        address = template;
        var from = new SocketAddress(template.AddressFamily);
        SafeSocketHandle handle = Held(socket, out bool held);
        try
        {
            if (!SocketInternals.TryReceiveFrom(
                    null, handle, buffer, null, SocketFlags.None, from.Buffer.Span, out int length, out int received, out _, out SocketError error))
                return -1;
            if (error != SocketError.Success) throw new SocketException((int)error);
            if (length > 0) // none: the sender is a Unix-domain socket without a name
            {
                from.Size = length;
                address = template.Create(from);
            }
            return received;
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    /// <summary>Sends one datagram. On a greenlet it parks while the kernel has no room.</summary>
    public static void SendTo(Socket socket, ReadOnlySpan<byte> data, EndPoint address)
    {
        if (address is IPEndPoint { AddressFamily: AddressFamily.InterNetwork } v4 && socket.AddressFamily == AddressFamily.InterNetworkV6)
            address = new IPEndPoint(v4.Address.MapToIPv6(), v4.Port);
        SocketAddress to = address.Serialize();
        ObjectDisposedException.ThrowIf(socket.SafeHandle.IsClosed, socket);
        object context = SocketInternals.AsyncContext(SocketInternals.Handle(socket));
        SocketError error = CooperativeSend.ToFromSpan(context, data, SocketFlags.None, to.Buffer[..to.Size], socket.SendTimeout, out _);
        if (error != SocketError.Success) throw new SocketException((int)error);
    }

    /// <summary>
    /// Closes it and ends the waits on it. Unpatched nobody else tells the reactors; after the close, since a waiter that was woken before would wait again. A socket that
    /// has got the same number meanwhile loses its registration with it: its waiters are woken for nothing, and register again.
    /// </summary>
    public static void Close(Socket socket)
    {
        SafeSocketHandle handle = SocketInternals.Handle(socket);
        int fd = (int)handle.DangerousGetHandle();
        bool wasOpen = !handle.IsClosed && !handle.IsInvalid;
        socket.Dispose();
        if (wasOpen) FdWait.Forget(fd);
    }

    // The pieces of the BCL take the handle as it is: a closed one must be seen here, and stay open for the call.
    private static SafeSocketHandle Held(Socket socket, out bool held)
    {
        held = false;
        SafeSocketHandle handle = SocketInternals.Handle(socket);
        handle.DangerousAddRef(ref held);
        return handle;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "CreateAcceptSocket")]
    private static extern Socket CreateAcceptSocket(Socket listener, SafeSocketHandle handle, EndPoint remote);
}
