using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using Patchy.Pools;
using Patchy.Servers;

namespace Patchy.Backdoor;

/// <summary>
/// A C# prompt inside of the running process: whoever connects (with <c>nc</c> or <c>telnet</c>) types C#, which runs on a greenlet of the server's hub and sees everything that the process
/// has. The counterpart of gevent.backdoor.BackdoorServer. There is no password, so it listens on loopback addresses and Unix-domain sockets only, unless <see cref="AllowRemote"/> is set.
/// </summary>
public class BackdoorServer : StreamServer
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private int _maxInput = 65_536;
    private bool _allowRemote;

    /// <summary>A server that is started by <see cref="BaseServer.Start"/> or <see cref="BaseServer.ServeForever"/>. May be called from any thread.</summary>
    /// <param name="listener">Where it listens. A path is a Unix-domain socket, which only the user of the process can connect to.</param>
    /// <param name="locals">
    /// What every session has as variables from the beginning: a dictionary with texts as keys, or an object whose public properties and fields they are, for instance <c>new { cache, server }</c>. Each session has
    /// variables of its own, so that an assignment is seen by itself only. The counterpart of gevent's <c>locals</c>.
    /// </param>
    /// <param name="banner">What each session begins with, or null. The counterpart of gevent's <c>banner</c>.</param>
    /// <exception cref="ArgumentException">A name is no C# identifier, or that of a member of <see cref="BackdoorSession"/>.</exception>
    public BackdoorServer(Listener listener, object? locals = null, string? banner = null) : base(listener)
    {
        Values = SessionValue.AllOf(locals);
        Banner = banner;
        Spawn = new Group(); // gevent's, too: so that Stop finds the sessions

        // A session waits for its user and does not end by itself.
        StopTimeout = TimeSpan.Zero;
    }

    /// <summary>What each session begins with, or null. May be called from any thread.</summary>
    public string? Banner { get; }

    /// <summary>The variables that each session begins with, by their names. May be called from any thread.</summary>
    public IReadOnlyDictionary<string, object?> Locals => SessionValue.ByName(Values);

    /// <summary>
    /// Whether addresses are accepted that other machines can reach: whoever can connect can do whatever the process can, without a password. False unless set; then <see cref="BaseServer.Start"/> throws for such an
    /// address. gevent does not check. May be used from any thread, before the start.
    /// </summary>
    /// <exception cref="InvalidOperationException">The server is started.</exception>
    public bool AllowRemote
    {
        get => _allowRemote;
        set
        {
            if (Started) throw new InvalidOperationException($"{this} is started. Set {nameof(AllowRemote)} before the start, or stop the server first.");
            _allowRemote = value;
        }
    }

    /// <summary>How many characters one input may have, all its lines together; a client that sends more is disconnected. 65,536 unless set. May be used from any thread; holds for sessions that begin later.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int MaxInput
    {
        get => _maxInput;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _maxInput = value;
        }
    }

    internal IReadOnlyList<SessionValue> Values { get; }

    /// <summary>One session, on its own greenlet. The counterpart of gevent's <c>handle</c>.</summary>
    protected override void Handle(Socket socket, EndPoint address)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (socket.AddressFamily != AddressFamily.Unix) socket.NoDelay = true;
        new SessionLoop(this, socket).Run();
    }

    /// <summary>Refuses what other machines can reach, unless <see cref="AllowRemote"/> is set. Called by whoever starts the server.</summary>
    /// <exception cref="InvalidOperationException">The address is neither a loopback address nor a Unix-domain socket.</exception>
    /// <exception cref="NotSupportedException">The program is a single file: the compiler finds no assemblies to refer to.</exception>
    protected override void CheckAddress(EndPoint address)
    {
        if (!References.CanBeFound)
            throw new NotSupportedException("The backdoor compiles what is typed against the assemblies of the process, and needs them as files: it does not work in a program that is published as a single file.");
        if (AllowRemote || IsLocal(address)) return;
        throw new InvalidOperationException(
            $"A backdoor on {address} would let anybody who can reach that address run any code in this process, without a password. Use \"127.0.0.1:PORT\", \"[::1]:PORT\" or the path of a Unix-domain socket; "
            + $"or set {nameof(AllowRemote)}, when something else keeps strangers out.");
    }

    /// <summary>The file of a Unix-domain socket is for the user of the process alone. Called by whoever starts the server.</summary>
    protected override void OnBound(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        base.OnBound(socket);

        // Before it listens: until then the kernel refuses whoever comes, so that there is no moment in which others could.
        if (!OperatingSystem.IsWindows() && socket.LocalEndPoint is UnixDomainSocketEndPoint named && PathOf(named) is { } path) File.SetUnixFileMode(path, OwnerOnly);
    }

    private static bool IsLocal(EndPoint address) => address switch
    {
        IPEndPoint { Address: var ip } => IPAddress.IsLoopback(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip),
        UnixDomainSocketEndPoint => true,
        _ => false,
    };

    /// <summary>Null for an abstract name, which has no file.</summary>
    private static string? PathOf(UnixDomainSocketEndPoint address) => address.ToString() is { Length: > 0 } path && path[0] is not ('@' or '\0') ? Path.GetFullPath(path) : null;
}
