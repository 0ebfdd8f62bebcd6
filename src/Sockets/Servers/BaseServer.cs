using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Patchy.Pools;

namespace Patchy.Servers;

// Life of a server. _run changes by one compare-and-swap; a run is over for good once its socket is closed.
//
//   no run  -> running   Start, on the hub of the caller
//   running -> no run    Close, by whoever comes first: Stop, a fatal error, the end of the accepting greenlet (its hub is destroyed, somebody kills it)

/// <summary>
/// What <see cref="StreamServer"/> and <see cref="DatagramServer"/> have in common: a socket that a greenlet of the starter's hub looks after, and a handler for
/// what comes in. The counterpart of gevent.baseserver.BaseServer. Accepting is cooperative without any patch; what a handler calls is cooperative as far as it is patched.
/// </summary>
public abstract class BaseServer : IDisposable
{
    private static readonly TimeSpan s_killTime = TimeSpan.FromSeconds(1);

    private readonly Listener _listener;
    private ServerSpawn _spawn = ServerSpawn.Greenlets;
    private ServerRun? _run;
    private int _maxAccept = 100;
    private TimeSpan _minDelay = TimeSpan.FromMilliseconds(10);
    private TimeSpan _maxDelay = TimeSpan.FromSeconds(1);
    private TimeSpan _stopTimeout = TimeSpan.FromSeconds(1);
    private EndPoint? _bound;
    private int _warned;

    private protected BaseServer(Listener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        _listener = listener;
    }

    /// <summary>On what handlers run: a <see cref="Pool"/>, a number (a pool of so many), <see cref="ServerSpawn.Greenlets"/> unless set; null is <see cref="ServerSpawn.InPlace"/>. The counterpart of gevent's <c>spawn</c> and <c>set_spawn</c>. May be set from any thread, before the start.</summary>
    /// <exception cref="InvalidOperationException">The server is started.</exception>
    public ServerSpawn? Spawn
    {
        get => _spawn;
        set
        {
            ThrowIfStarted();
            _spawn = value ?? ServerSpawn.InPlace;
        }
    }

    /// <summary>The group in which handlers run, or null. The counterpart of gevent's <c>pool</c>. May be called from any thread.</summary>
    public Group? Pool => _spawn.Group;

    /// <summary>How much is taken at one go before others of the hub run; 100 unless set. The counterpart of gevent's <c>max_accept</c>. May be used from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int MaxAccept
    {
        get => _maxAccept;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _maxAccept = value;
        }
    }

    /// <summary>The pause after an error of accepting or spawning; it doubles with each further one until <see cref="MaxDelay"/>. 10 ms unless set. The counterpart of gevent's <c>min_delay</c>. May be used from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan MinDelay
    {
        get => _minDelay;
        set => _minDelay = Checked(value);
    }

    /// <summary>The longest pause after an error. 1 s unless set. The counterpart of gevent's <c>max_delay</c>. May be used from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan MaxDelay
    {
        get => _maxDelay;
        set => _maxDelay = Checked(value);
    }

    /// <summary>How long <see cref="Stop"/> waits for handlers in a group before it kills them. 1 s unless set. The counterpart of gevent's <c>stop_timeout</c>. May be used from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public TimeSpan StopTimeout
    {
        get => _stopTimeout;
        set => _stopTimeout = value == Timeout.InfiniteTimeSpan ? value : Checked(value);
    }

    /// <summary>The address: once started the one that it is bound to, with the real port. Null for a name that was not looked up yet. The counterpart of gevent's <c>address</c>. May be called from any thread.</summary>
    public EndPoint? Address => _bound ?? _listener.EndPoint;

    /// <summary>The IP address, as text; null for a Unix-domain socket. The counterpart of gevent's <c>server_host</c>. May be called from any thread.</summary>
    public string? ServerHost => (Address as IPEndPoint)?.Address.ToString();

    /// <summary>The port; 0 where there is none, or none yet. The counterpart of gevent's <c>server_port</c>. May be called from any thread.</summary>
    public int ServerPort => (Address as IPEndPoint)?.Port ?? 0;

    /// <summary>The socket that it listens on, or null while it is closed. The counterpart of gevent's <c>socket</c>. May be called from any thread.</summary>
    public Socket? Socket => Volatile.Read(ref _run)?.Socket;

    /// <summary>True from <see cref="Start"/> until it is stopped, or has stopped after a fatal error. The counterpart of gevent's <c>started</c>. May be called from any thread.</summary>
    public bool Started => Volatile.Read(ref _run) is not null;

    /// <summary>True while it has no socket open. The counterpart of gevent's <c>closed</c>. May be called from any thread.</summary>
    public bool Closed => !Started && _listener.Socket is null or { SafeHandle.IsClosed: true };

    /// <summary>
    /// Binds the socket, unless one was given, and begins to accept, on a greenlet of the calling thread's hub; returns at once. Does nothing when it is started. After <see cref="Stop"/>
    /// it can be started again if it was given an address. The hub of a native thread runs only while that thread waits in Patchy: <see cref="ServeForever"/> does. The counterpart of gevent's <c>start()</c>. May be called
    /// from any thread.
    /// </summary>
    /// <exception cref="SocketException">The address is in use, not of this machine or not allowed, or the name is unknown.</exception>
    /// <exception cref="ObjectDisposedException">The socket that was given is closed, by an earlier <see cref="Stop"/> for instance.</exception>
    public void Start()
    {
        if (Started) return;
        Socket socket;
        if (_listener.Socket is { } given)
        {
            ObjectDisposedException.ThrowIf(given.SafeHandle.IsClosed, given);
            CheckAddress(given.LocalEndPoint!);
            CheckGiven(given);
            socket = given;
        }
        else
        {
            EndPoint address = _listener.Resolve();
            CheckAddress(address);
            socket = Open(address);
        }
        ServerSockets.MakeNonBlocking(socket);
        var run = new ServerRun(this, socket, _spawn);
        if (Interlocked.CompareExchange(ref _run, run, null) is not null)
        {
            if (!ReferenceEquals(socket, _listener.Socket)) ServerSockets.Close(socket); // another thread was quicker
            return;
        }
        _bound = socket.LocalEndPoint;
        run.Begin();
    }

    /// <summary>Closes the socket and accepts nothing more; handlers go on. The counterpart of gevent's <c>close()</c>. May be called from any thread, any number of times.</summary>
    public void Close()
    {
        if (Volatile.Read(ref _run) is { } run) run.End();
        else if (_listener.Socket is { } never) ServerSockets.Close(never);
    }

    /// <summary>
    /// Closes the socket. Handlers that run in a group are waited for, for <paramref name="timeout"/> (null: <see cref="StopTimeout"/>), then killed; others go on until they end by themselves. The
    /// counterpart of gevent's <c>stop()</c>. May be called from any thread.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public void Stop(TimeSpan? timeout = null)
    {
        TimeSpan patience = timeout ?? StopTimeout;
        if (patience < TimeSpan.Zero && patience != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), patience, "The time must not be negative, except for Timeout.InfiniteTimeSpan, which waits for ever.");
        Close();
        if (_spawn.Group is not { Count: > 0 } group) return;
        if (!group.Join(patience)) _ = group.Kill(null, s_killTime);
    }

    /// <summary>
    /// Starts it unless it is started, and waits until it has stopped; then <see cref="Stop"/> with <paramref name="stopTimeout"/>, also when the wait ends by a kill or an exception. The
    /// counterpart of gevent's <c>serve_forever()</c>. May be called from any thread.
    /// </summary>
    /// <exception cref="SocketException">As <see cref="Start"/>.</exception>
    public void ServeForever(TimeSpan? stopTimeout = null)
    {
        Start();
        try
        {
            Volatile.Read(ref _run)?.Ended.Wait();
        }
        finally
        {
            // On a greenlet of its own: this one may be dying, or have a timeout over it.
            Greenlet.Spawn(() => Stop(stopTimeout)).Join();
        }
    }

    /// <summary>As <see cref="Stop"/>.</summary>
    public void Dispose()
    {
        Stop();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name} {Address?.ToString() ?? _listener.ToString()}";

    /// <summary>
    /// Whether the server has to stop after this error of accepting. True for a socket that is closed, shut down, or none. The counterpart of gevent's <c>is_fatal_error</c>. Called on
    /// the accepting greenlet.
    /// </summary>
    protected virtual bool IsFatalError(Exception exception) => exception is ObjectDisposedException
        or SocketException { SocketErrorCode: SocketError.NotSocket or SocketError.InvalidArgument or SocketError.OperationAborted };

    /// <summary>Called at each start with the address before it is bound, or that of the socket that was given: an override throws to refuse it.</summary>
    protected virtual void CheckAddress(EndPoint address) { }

    /// <summary>A socket that is bound and, for streams, listens.</summary>
    private protected abstract Socket Open(EndPoint address);

    /// <summary>Throws when a socket that was given cannot serve.</summary>
    private protected abstract void CheckGiven(Socket socket);

    /// <summary>Only on the accepting greenlet: tries once; null when there is nothing.</summary>
    internal abstract ServerJob? TryTake(Socket socket);

    internal bool IsFatal(Exception exception) => IsFatalError(exception);

    /// <summary>An error that is nobody else's. Never throws.</summary>
    internal void Report(Exception exception) => HubErrors.ReportWork(Hub.CurrentOrNull, this, exception);

    /// <summary>Only in ServerRun: that run is over.</summary>
    internal void Forget(ServerRun run) => Interlocked.CompareExchange(ref _run, null, run);

    /// <summary>
    /// A handler has ended. When the monitor has had to take the hub away from it meanwhile, and it has called nothing since that gives the turn away, it has blocked; and unpatched
    /// that is what every socket call does. Says so once.
    /// </summary>
    internal void WatchForBlocking(Greenlet? greenlet)
    {
        if (greenlet is not { IsOffCarrier: true } || _warned != 0 || ServerSockets.ClosesAreTold || Interlocked.Exchange(ref _warned, 1) != 0) return;
        greenlet.Hub.ExceptionStream?.WriteLine(
            $"warning: a handler of {this} has blocked its hub in a call that is not cooperative. Sockets are not patched: call Patch.All() at the start of the program, or let handlers wait through Patchy only.");
    }

    private protected void ThrowIfStarted()
    {
        if (Started) throw new InvalidOperationException($"{this} is started. Set this before the start, or stop the server first.");
    }

    private static TimeSpan Checked(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        return value;
    }
}
