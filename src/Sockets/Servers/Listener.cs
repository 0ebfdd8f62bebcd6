using System;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Patchy.Servers;

/// <summary>
/// What a server listens on: an address, or a socket of the caller's own that is bound already (and, for streams, listens). Made from a text, a port, an
/// <see cref="EndPoint"/> or a <see cref="Socket"/> by conversion. The counterpart of gevent's <c>listener</c> argument and its <c>parse_address</c>.
/// </summary>
/// <remarks>
/// Texts: <c>"127.0.0.1:8080"</c>, <c>"[::1]:8080"</c>, <c>"name:8080"</c> (IPv4, looked up when the server starts), <c>":8080"</c> and <c>"*:8080"</c> (any IPv4
/// address), <c>"8080"</c> (as the number: any address, IPv6 and IPv4), <c>"/run/app.sock"</c> and <c>"unix:app.sock"</c> (a Unix-domain socket). Port 0 lets the system choose.
/// </remarks>
public sealed class Listener
{
    private readonly string? _host;
    private readonly int _port;

    private Listener(EndPoint? endPoint, Socket? socket, string? host = null, int port = 0)
    {
        EndPoint = endPoint;
        Socket = socket;
        _host = host;
        _port = port;
    }

    /// <summary>The address; null for a name that is looked up when the server starts. May be called from any thread.</summary>
    public EndPoint? EndPoint { get; }

    /// <summary>The socket that was given, or null. May be called from any thread.</summary>
    public Socket? Socket { get; }

    /// <summary>From a text. The counterpart of gevent's <c>parse_address</c>. May be called from any thread.</summary>
    /// <exception cref="FormatException">It is none of the forms.</exception>
    public static Listener Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        if (text.StartsWith('/')) return Unix(text);
        if (text.StartsWith("unix:", StringComparison.Ordinal)) return Unix(text[5..]);
        int colon = text.LastIndexOf(':');
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > IPEndPoint.MaxPort)
            throw Malformed(text, $"\"{text[(colon + 1)..]}\" is no port from 0 to {IPEndPoint.MaxPort}");
        if (colon < 0) return FromPort(port);

        string host = text[..colon];
        if (host is "" or "*") return new Listener(new IPEndPoint(IPAddress.Any, port), null);
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            return IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out IPAddress? v6) && v6.AddressFamily == AddressFamily.InterNetworkV6
                ? new Listener(new IPEndPoint(v6, port), null)
                : throw Malformed(text, $"there is no IPv6 address in {host}");
        }
        if (host.Contains(':', StringComparison.Ordinal)) throw Malformed(text, $"an IPv6 address has to be in brackets: [{host}]:{port}");
        return IPAddress.TryParse(host, out IPAddress? address) ? new Listener(new IPEndPoint(address, port), null) : new Listener(null, null, host, port);
    }

    /// <summary>Any address of the machine, IPv6 and IPv4 (only IPv4 where the system has no IPv6). May be called from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 65535.</exception>
    public static Listener FromPort(int port)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        return new Listener(new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port), null);
    }

    /// <summary>That address. A <see cref="DnsEndPoint"/> is looked up when the server starts. May be called from any thread.</summary>
    public static Listener FromEndPoint(EndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return endPoint is DnsEndPoint name ? new Listener(null, null, name.Host, name.Port) : new Listener(endPoint, null);
    }

    /// <summary>A socket that is bound already; the server owns it from its start on, and closes it when it stops. May be called from any thread.</summary>
    /// <exception cref="ArgumentException">It is not bound.</exception>
    public static Listener FromSocket(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (!socket.IsBound) throw new ArgumentException("The socket is not bound to an address yet: call Bind, and Listen for a stream server, or give the server the address instead.", nameof(socket));
        return new Listener(socket.LocalEndPoint, socket);
    }

    /// <inheritdoc cref="Parse"/>
    public static implicit operator Listener(string text) => Parse(text);

    /// <inheritdoc cref="FromPort"/>
    public static implicit operator Listener(int port) => FromPort(port);

    /// <inheritdoc cref="FromEndPoint"/>
    public static implicit operator Listener(EndPoint endPoint) => FromEndPoint(endPoint);

    /// <inheritdoc cref="FromSocket"/>
    public static implicit operator Listener(Socket socket) => FromSocket(socket);

    /// <inheritdoc/>
    public override string ToString() => EndPoint?.ToString() ?? $"{_host}:{_port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>On a greenlet the look-up of a name is cooperative, patched or not.</summary>
    internal EndPoint Resolve()
    {
        if (EndPoint is { } known) return known;
        SocketError error = Sockets.CooperativeDns.GetAddrInfo(_host!, true, AddressFamily.InterNetwork, out _, out _, out IPAddress[] found, out _);
        if (error != SocketError.Success || found is not { Length: > 0 })
            throw new SocketException((int)(error != SocketError.Success ? error : SocketError.HostNotFound), $"The name {_host} that the server should listen on has no IPv4 address.");
        return new IPEndPoint(found[0], _port);
    }

    private static Listener Unix(string path)
    {
        try
        {
            return new Listener(new UnixDomainSocketEndPoint(path), null);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new FormatException($"\"{path}\" cannot be the path of a Unix-domain socket: it is empty, or longer than the system allows.");
        }
    }

    private static FormatException Malformed(string text, string why) =>
        new($"A server cannot listen on \"{text}\": {why}. Forms are \"127.0.0.1:8080\", \"[::1]:8080\", \":8080\", \"*:8080\", \"8080\" and \"/path/of.sock\".");
}
