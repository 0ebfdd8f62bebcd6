using System;
using System.Net;
using System.Net.Sockets;

namespace Patchy.Servers;

/// <summary>
/// A UDP (or Unix-domain datagram) server: each datagram is handed to a handler on a greenlet of its own. The counterpart of gevent.server.DatagramServer. Derive from it and override
/// <see cref="Handle"/>, or give a delegate.
/// </summary>
public class DatagramServer : BaseServer
{
    private const int LargestDatagram = 65535;

    private byte[]? _buffer;
    private Action<byte[], EndPoint>? _handle;
    private bool _reuseAddress = true;

#pragma warning disable RS0022 // the base class has nothing for others; deriving from this one is gevent's way
    /// <summary>A server for <paramref name="handle"/>, which gets the datagram and the address of its sender. Started by <see cref="BaseServer.Start"/> or <see cref="BaseServer.ServeForever"/>.</summary>
    public DatagramServer(Listener listener, Action<byte[], EndPoint> handle) : base(listener)
    {
        ArgumentNullException.ThrowIfNull(handle);
        _handle = handle;
    }

    /// <summary>For classes that override <see cref="Handle"/>.</summary>
    protected DatagramServer(Listener listener) : base(listener) { }
#pragma warning restore RS0022

    /// <summary>Whether another socket may have the same port, if it allows that too; true unless set. The counterpart of gevent's <c>reuse_addr</c>. May be used from any thread, before the start.</summary>
    /// <exception cref="InvalidOperationException">The server is started.</exception>
    public bool ReuseAddress
    {
        get => _reuseAddress;
        set
        {
            ThrowIfStarted();
            _reuseAddress = value;
        }
    }

    /// <summary>Another handler, for what comes from now on. The counterpart of gevent's <c>set_handle</c>. May be called from any thread.</summary>
    public void SetHandle(Action<byte[], EndPoint> handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        _handle = handle;
    }

    /// <summary>Sends a datagram from the server's own address; cooperative without any patch. The counterpart of gevent's <c>sendto</c>. May be called from any thread.</summary>
    /// <exception cref="SocketException">The system could not send it.</exception>
    /// <exception cref="InvalidOperationException">The server is not started.</exception>
    public void SendTo(ReadOnlySpan<byte> data, EndPoint address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Socket socket = Socket ?? throw new InvalidOperationException($"{this} is not started, or was stopped: it has no socket to send from.");
        ServerSockets.SendTo(socket, data, address);
    }

    /// <summary>Serves one datagram. The base class calls the delegate. The counterpart of gevent's <c>handle</c>. Called on the handler's greenlet.</summary>
    protected virtual void Handle(byte[] data, EndPoint address) =>
        (_handle ?? throw new InvalidOperationException($"{GetType().Name} has neither a delegate for its datagrams nor an override of Handle."))(data, address);

    private protected override Socket Open(EndPoint address) => ServerSockets.Bind(address, SocketType.Dgram, _reuseAddress);

    private protected override void CheckGiven(Socket socket)
    {
        if (socket.SocketType != SocketType.Dgram) throw new InvalidOperationException($"A {nameof(DatagramServer)} needs a datagram socket; it was given one of type {socket.SocketType}.");
    }

    internal override ServerJob? TryTake(Socket socket)
    {
        byte[] buffer = _buffer ??= new byte[LargestDatagram];
        int length = ServerSockets.TryReceiveFrom(socket, socket.LocalEndPoint!, buffer, out EndPoint address);
        return length < 0 ? null : new DatagramJob(this, buffer.AsSpan(0, length).ToArray(), address);
    }

    private sealed class DatagramJob(DatagramServer server, byte[] data, EndPoint address) : ServerJob(server)
    {
        protected override void Handle() => server.Handle(data, address);
    }
}
