using System;
using System.Threading;
using Patchy.Scheduling;

namespace Patchy;

// Protocol of the start. _phase goes Created -> Queued -> Begun, or from one of the first two to Cancelled when it is killed; each step is one compare-and-swap, so
// exactly one party runs the body or ends the greenlet. One that was cancelled may still be in the run queue: its turn passes without a body.

public partial class Greenlet
{
    private const int Created = 0;
    private const int Queued = 1;
    private const int Begun = 2;
    private const int Cancelled = 3;

    private static Action<Greenlet>[] s_spawnCallbacks = [];
    private int _phase;

    /// <summary>A greenlet of the calling thread's hub that runs <paramref name="body"/> once it is started. May be called from any thread: a native thread gets a hub of its own, which runs while that thread waits in Patchy.</summary>
    public Greenlet(Action body) : this(Hub.ForThisThread(), body) { }

    /// <summary>For classes that override <see cref="Run"/>. May be called from any thread: a native thread gets a hub of its own.</summary>
    protected Greenlet() : this(Hub.ForThisThread()) { }

    /// <summary>For classes that override <see cref="Run"/>: one of the given hub, as <see cref="Hub.Spawn(Action)"/> makes. May be called from any thread.</summary>
    protected Greenlet(Hub hub)
    {
        ArgumentNullException.ThrowIfNull(hub);
        Hub = hub;
        _context = ExecutionContext.Capture();
        RememberSpawner();
    }

    /// <summary>One that the hub does not start: it stands for code that runs anyway.</summary>
    private protected Greenlet(Hub hub, ExecutionContext? context)
    {
        Hub = hub;
        Id = Hub.NextOwnId();
        _context = context;
        _phase = Begun;
    }

    internal Greenlet(Hub hub, Action body) : this(hub)
    {
        ArgumentNullException.ThrowIfNull(body);
        _body = body;
    }

    /// <summary>A greenlet that stands for code that runs already: the main one of a hub.</summary>
    internal static Greenlet ForRunningCode(Hub hub, string name) => new(hub, context: null) { Name = name };

    /// <summary>Runs <paramref name="body"/> on a new greenlet of the calling thread's hub, soon; returns at once. The counterpart of <c>gevent.spawn</c>. May be called from any thread: a native thread gets a hub of its own, which runs while that thread waits in Patchy.</summary>
    public static Greenlet Spawn(Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return new Greenlet(Hub.ForThisThread(), body).StartNew();
    }

    /// <summary>As the other, for a body with a result.</summary>
    public static Greenlet<T> Spawn<T>(Func<T> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var greenlet = new Greenlet<T>(Hub.ForThisThread(), body);
        greenlet.StartNew();
        return greenlet;
    }

    /// <summary>Runs <paramref name="body"/> on a new greenlet once the time has passed. The counterpart of <c>gevent.spawn_later</c>. May be called from any thread: a native thread gets a hub of its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public static Greenlet SpawnLater(TimeSpan delay, Action body)
    {
        var greenlet = new Greenlet(body);
        greenlet.StartLater(delay);
        return greenlet;
    }

    /// <summary>As the other, for a body with a result.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public static Greenlet<T> SpawnLater<T>(TimeSpan delay, Func<T> body)
    {
        var greenlet = new Greenlet<T>(body);
        greenlet.StartLater(delay);
        return greenlet;
    }

    /// <summary>Has <paramref name="callback"/> called with each greenlet that is started from now on, by whoever starts it, before it is queued. Adding it twice changes nothing. The counterpart of gevent's <c>add_spawn_callback</c>. May be called from any thread.</summary>
    public static void AddSpawnCallback(Action<Greenlet> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ChangeSpawnCallbacks(callback, static (all, one) => Array.IndexOf(all, one) < 0 ? [.. all, one] : all);
    }

    /// <summary>Takes a callback back; nothing happens when it was not added. The counterpart of gevent's <c>remove_spawn_callback</c>. May be called from any thread.</summary>
    public static void RemoveSpawnCallback(Action<Greenlet> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ChangeSpawnCallbacks(callback, static (all, one) => Array.FindAll(all, other => other != one));
    }

    /// <summary>Has it run soon. Starting one that was started or killed already changes nothing, as in gevent. The counterpart of gevent's <c>start()</c>. May be called from any thread.</summary>
    /// <exception cref="HubDestroyedException">Its hub is no more: it has ended with that error.</exception>
    public void Start()
    {
        if (TryQueue()) HandOver(static greenlet => greenlet.Hub.Admit(greenlet));
    }

    /// <summary>Has it run once the time has passed. Starting one that was started or killed already changes nothing. The counterpart of gevent's <c>start_later()</c>. May be called from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    /// <exception cref="HubDestroyedException">Its hub is no more: it has ended with that error.</exception>
    public void StartLater(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (!TryQueue()) return;
        var timer = new StartTimer(this, Deadline.In(delay));
        Details.StartTimer = timer;
        HandOver(static greenlet => greenlet.Details.StartTimer!.Set());
    }

    /// <summary>What the greenlet does; its own stack runs it. The base class calls the body that was given, if there is one. The counterpart of gevent's <c>_run</c>.</summary>
    protected virtual void Run() => _body?.Invoke();

    private static void ChangeSpawnCallbacks(Action<Greenlet> callback, Func<Action<Greenlet>[], Action<Greenlet>, Action<Greenlet>[]> change)
    {
        Action<Greenlet>[] before;
        do before = Volatile.Read(ref s_spawnCallbacks);
        while (Interlocked.CompareExchange(ref s_spawnCallbacks, change(before, callback), before) != before);
    }

    /// <summary>True once it will never run.</summary>
    internal bool IsStartCancelled => Volatile.Read(ref _phase) == Cancelled;

    /// <summary>For one that nobody else knows yet.</summary>
    internal Greenlet StartNew()
    {
        if (s_spawnCallbacks.Length != 0)
        {
            Start();
            return this;
        }
        _phase = Queued;
        Hub.Admit(this);
        return this;
    }

    /// <summary>To its hub. Where that is no more the error is the caller's, and nobody waits for ever for what cannot run.</summary>
    private void HandOver(Action<Greenlet> start)
    {
        try
        {
            start(this);
        }
        catch (HubDestroyedException exception)
        {
            _ = TryFail(exception);
            throw;
        }
    }

    private bool TryQueue()
    {
        if (Volatile.Read(ref _phase) != Created) return false;
        foreach (Action<Greenlet> callback in s_spawnCallbacks) callback(this);
        return Interlocked.CompareExchange(ref _phase, Queued, Created) == Created;
    }
}
