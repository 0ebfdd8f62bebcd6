using System;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Patchy.Servers;

/// <summary>
/// A TCP (or Unix-domain) server: each connection is handed to a handler on a greenlet of its own, and closed when the handler returns. With a certificate it speaks TLS, and the
/// handler gets the <see cref="SslStream"/>. The counterpart of gevent.server.StreamServer. Derive from it and override <c>Handle</c>, or give a delegate.
/// </summary>
public class StreamServer : BaseServer
{
    private const int DefaultBacklog = 256;

    private readonly SslServerAuthenticationOptions? _tls;
    private Action<Socket, EndPoint>? _handle;
    private Action<SslStream, EndPoint>? _handleTls;
    private int _backlog = DefaultBacklog;
    private TimeSpan _handshakeTimeout = TimeSpan.FromSeconds(10);

#pragma warning disable RS0022 // the base class has nothing for others; deriving from this one is gevent's way
    /// <summary>A server for <paramref name="handle"/>, which gets the connection and the address of the other side. Started by <see cref="BaseServer.Start"/> or <see cref="BaseServer.ServeForever"/>.</summary>
    public StreamServer(Listener listener, Action<Socket, EndPoint> handle) : base(listener)
    {
        ArgumentNullException.ThrowIfNull(handle);
        _handle = handle;
    }

    /// <summary>One that speaks TLS with that certificate, which needs its private key. gevent: <c>certfile</c>, <c>keyfile</c>.</summary>
    public StreamServer(Listener listener, X509Certificate2 certificate, Action<SslStream, EndPoint> handle) : this(listener, OptionsOf(certificate), handle) { }

    /// <summary>One that speaks TLS with those options. gevent: <c>ssl_context</c>.</summary>
    public StreamServer(Listener listener, SslServerAuthenticationOptions tls, Action<SslStream, EndPoint> handle) : this(listener, tls)
    {
        ArgumentNullException.ThrowIfNull(handle);
        _handleTls = handle;
    }

    /// <summary>For classes that override <see cref="Handle(Socket, EndPoint)"/>.</summary>
    protected StreamServer(Listener listener) : base(listener) { }

    /// <summary>For classes that override <see cref="Handle(SslStream, EndPoint)"/>.</summary>
    protected StreamServer(Listener listener, SslServerAuthenticationOptions tls) : base(listener)
    {
        ArgumentNullException.ThrowIfNull(tls);
        _tls = tls;
    }
#pragma warning restore RS0022

    /// <summary>How many connections the kernel keeps that were not accepted yet; 256 unless set. The counterpart of gevent's <c>backlog</c>. May be used from any thread, before the start.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    /// <exception cref="InvalidOperationException">The server is started.</exception>
    public int Backlog
    {
        get => _backlog;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ThrowIfStarted();
            _backlog = value;
        }
    }

    /// <summary>True when it speaks TLS. The counterpart of gevent's <c>ssl_enabled</c>. May be called from any thread.</summary>
    public bool TlsEnabled => _tls is not null;

    /// <summary>
    /// How long a client may take for its TLS handshake, all in all; then the connection is closed and a <see cref="TimeoutException"/> reported. 10 s unless set. gevent has no limit there. May be
    /// used from any thread.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above zero, and not infinite.</exception>
    public TimeSpan HandshakeTimeout
    {
        get => _handshakeTimeout;
        set
        {
            if (value <= TimeSpan.Zero && value != System.Threading.Timeout.InfiniteTimeSpan)
                throw new ArgumentOutOfRangeException(nameof(value), value, "The time must be above zero, or Timeout.InfiniteTimeSpan for no limit.");
            _handshakeTimeout = value;
        }
    }

    /// <summary>Another handler, for connections that come from now on. The counterpart of gevent's <c>set_handle</c>. May be called from any thread.</summary>
    /// <exception cref="InvalidOperationException">The server speaks TLS.</exception>
    public void SetHandle(Action<Socket, EndPoint> handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        if (TlsEnabled) throw new InvalidOperationException($"{this} speaks TLS: its handler gets an SslStream. Use {nameof(SetTlsHandle)}.");
        _handle = handle;
    }

    /// <summary>As <see cref="SetHandle"/>, for a server that speaks TLS. May be called from any thread.</summary>
    /// <exception cref="InvalidOperationException">The server does not speak TLS.</exception>
    public void SetTlsHandle(Action<SslStream, EndPoint> handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        if (!TlsEnabled) throw new InvalidOperationException($"{this} has no certificate: its handler gets a Socket. Use {nameof(SetHandle)}.");
        _handleTls = handle;
    }

    /// <summary>Serves one connection, which is closed when this returns. The base class calls the delegate. The counterpart of gevent's <c>handle</c>. Called on the handler's greenlet.</summary>
    protected virtual void Handle(Socket socket, EndPoint address) => (_handle ?? throw Missing())(socket, address);

    /// <summary>As the other, once the TLS handshake is done. Reading and writing the stream is cooperative without any patch.</summary>
    protected virtual void Handle(SslStream stream, EndPoint address) => (_handleTls ?? throw Missing())(stream, address);

    /// <summary>Called by whoever starts the server, at each start, with a socket that the server has bound and that does not listen yet: an override sets options, or the mode of the file of a Unix-domain socket. What it throws, <see cref="BaseServer.Start"/> throws.</summary>
    protected virtual void OnBound(Socket socket) { }

    private protected override Socket Open(EndPoint address)
    {
        Socket socket = ServerSockets.Bind(address, SocketType.Stream, reuseAddress: true);
        try
        {
            OnBound(socket);
            socket.Listen(_backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private protected override void CheckGiven(Socket socket)
    {
        if (socket.SocketType != SocketType.Stream) throw new InvalidOperationException($"A {nameof(StreamServer)} needs a stream socket that listens; it was given one of type {socket.SocketType}.");
    }

    internal override ServerJob? TryTake(Socket socket)
    {
        while (true)
        {
            try
            {
                return ServerSockets.TryAccept(socket, socket.LocalEndPoint!, out EndPoint address) is { } accepted ? new StreamJob(this, accepted, address) : null;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // That client has gone before its turn; the next may be there.
            }
        }
    }

    /// <summary>On the handler's greenlet.</summary>
    private void Serve(Socket socket, EndPoint address)
    {
        if (_tls is null)
        {
            Handle(socket, address);
            return;
        }
        using var wire = new SocketStream(socket);
        using var stream = new SslStream(wire, leaveInnerStreamOpen: true);
        wire.Limit = Deadline.In(HandshakeTimeout);
        try
        {
            stream.AuthenticateAsServer(_tls);
        }
        catch (Exception exception) when (wire.IsLate && !Greenlet.OfThisThread!.IsKilledBy(exception))
        {
            throw new TimeoutException($"{address} has not finished its TLS handshake with {this} within {HandshakeTimeout.TotalSeconds:0.###} s ({nameof(HandshakeTimeout)}).", exception);
        }
        wire.Limit = Deadline.Never;
        Handle(stream, address);
    }

    // Without a context each connection would build the chain again, and look for issuers in the network.
    private static SslServerAuthenticationOptions OptionsOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true) };
    }

    private InvalidOperationException Missing() => new($"{GetType().Name} has neither a delegate for its connections nor an override of Handle.");

    private sealed class StreamJob(StreamServer server, Socket socket, EndPoint address) : ServerJob(server)
    {
        protected override void Handle() => server.Serve(socket, address);

        protected override void LetGo() => Close(socket);
    }
}
