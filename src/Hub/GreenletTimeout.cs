using System;
using System.Globalization;
using System.Threading;

namespace Patchy;

// Life of a timeout.
//
//   Idle    -> Pending  Start: in the heap of the hub of the greenlet that started it
//   Pending -> Fired    its time has come: recorded with that greenlet, raised at its waits
//   Pending -> Idle     Cancel
//   Fired   -> Idle     Cancel, or a handler that names its type has caught it
//   any     -> Closed   Close: it cannot be started again
//
// Each start has an alarm of its own, so that one that was cancelled on another thread may still lie in a heap: it fires for nothing.

/// <summary>
/// Raised in the greenlet that started it, at the call where it waits (or at its next one), once the time has passed: <c>using var timeout = GreenletTimeout.StartNew(...)</c>. Code
/// that does not wait is never interrupted. It is raised again at each further wait until its scope is left or a handler that names its type has caught it, so that a
/// <c>catch (Exception)</c> on the way does not make it vanish. The counterpart of gevent.Timeout (the name Timeout is taken by System.Threading).
/// </summary>
public sealed partial class GreenletTimeout : Exception, IDisposable
{
    private readonly string? _text;
    private readonly Exception? _own;
    private readonly Func<Exception>? _factory;
    private Greenlet? _greenlet;
    private Alarm? _alarm;
    private Exception? _raised;
    private bool _closed;

    /// <summary>One that never fires.</summary>
    public GreenletTimeout() : this((TimeSpan?)null) { }

    /// <summary>One that raises itself; <see cref="Start()"/> starts it. Null (as <see cref="Timeout.InfiniteTimeSpan"/>) never fires and costs nothing; zero fires as soon as the hub looks at its timers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public GreenletTimeout(TimeSpan? duration) => Duration = Greenlet.Checked(duration ?? Timeout.InfiniteTimeSpan);

    /// <summary>One that raises itself, with a text in its message.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public GreenletTimeout(TimeSpan? duration, string text) : this(duration)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text;
    }

    /// <summary>One that raises <paramref name="exception"/> instead of itself.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public GreenletTimeout(TimeSpan? duration, Exception exception) : this(duration)
    {
        ArgumentNullException.ThrowIfNull(exception);
        _own = exception;
        _text = exception.Message;
    }

    /// <summary>One that raises what <paramref name="exception"/> makes, once for each time it fires, instead of itself.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public GreenletTimeout(TimeSpan? duration, Func<Exception> exception) : this(duration)
    {
        ArgumentNullException.ThrowIfNull(exception);
        _factory = exception;
    }

    /// <summary>One that raises itself; a silent one is swallowed by its own <see cref="Run(Action)"/>, and by nobody else (a <c>using</c> block cannot swallow in C#).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public GreenletTimeout(TimeSpan? duration, bool silent) : this(duration) => IsSilent = silent;

    /// <summary>The time it is for; <see cref="Timeout.InfiniteTimeSpan"/> never fires.</summary>
    public TimeSpan Duration { get; }

    /// <summary>True when its own <see cref="Run(Action)"/> swallows it.</summary>
    public bool IsSilent { get; }

    /// <summary>True while it is started, the time has not passed and it was not cancelled.</summary>
    public bool Pending => _alarm is { IsOver: false };

    /// <inheritdoc/>
    public override string Message
    {
        get
        {
            if (Duration == Timeout.InfiniteTimeSpan) return _text ?? "";
            double seconds = Duration.TotalSeconds;
            string time = seconds.ToString(CultureInfo.InvariantCulture) + (seconds == 1 ? " second" : " seconds");
            return IsSilent ? time + " (silent)" : _text is null ? time : $"{time}: {_text}";
        }
    }

    /// <summary>It has been thrown at least once. Only under the latch of the greenlet's PendingInterrupts.</summary>
    internal bool WasRaised { get; set; }

    /// <summary>Makes one and starts it for the calling greenlet. As <see cref="StartNew(TimeSpan?)"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public static GreenletTimeout Start(TimeSpan duration) => StartNew(duration);

    /// <summary>Makes one and starts it for the calling greenlet; Dispose ends it. The counterpart of gevent's <c>Timeout.start_new</c>. Only on a greenlet, or on a native thread, which gets a hub of its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public static GreenletTimeout StartNew(TimeSpan? duration) => StartNew(new GreenletTimeout(duration));

    /// <summary>Starts this one for the calling greenlet unless it is pending, and gives it back.</summary>
    public static GreenletTimeout StartNew(GreenletTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        if (!timeout.Pending) timeout.Start();
        return timeout;
    }

    /// <summary>Starts the time for the calling greenlet. The counterpart of gevent's <c>start()</c>. Only on a greenlet, or on a native thread, which gets a hub of its own.</summary>
    /// <exception cref="InvalidOperationException">It is pending: cancel it first.</exception>
    /// <exception cref="ObjectDisposedException">It was closed.</exception>
    public void Start()
    {
        if (Pending) throw new InvalidOperationException($"The timeout of {Message} is already started. To restart it, cancel it first.");
        ObjectDisposedException.ThrowIf(_closed, this);
        if (Duration == Timeout.InfiniteTimeSpan) return;
        Greenlet self = Hub.RunningHere();
        _greenlet?.RemoveTimeout(this);
        _greenlet = self;
        _raised = null;
        WasRaised = false;
        var alarm = new Alarm(this);
        _alarm = alarm;
        self.Hub.Enter(self);
        self.Hub.Timers.Add(alarm, Deadline.In(Duration).Ticks);
        self.Hold.Leave();
    }

    /// <summary>Ends the time: it is not raised any more, and may be started again. Nothing happens when it was not started. May be called from any thread, but another one than the greenlet's may come too late.</summary>
    public void Cancel()
    {
        if (_alarm is not { } alarm) return;
        _alarm = null;
        if (!alarm.IsOver)
        {
            alarm.IsOver = true;
            Hub hub = _greenlet!.Hub;
            if (Greenlet.Running is { } self && self.Hub == hub)
            {
                hub.Enter(self);
                hub.Timers.Remove(alarm);
                self.Hold.Leave();
            }
            else
            {
                hub.RunCallback(static one => Hub.Current.Timers.Remove((Alarm)one!), alarm); // it would hold the greenlet until its time
            }
        }
        _greenlet!.RemoveTimeout(this);
    }

    /// <summary>As <see cref="Cancel"/>, but it cannot be started again. May be called from any thread.</summary>
    public void Close()
    {
        _closed = true;
        Cancel();
    }

    /// <summary>As <see cref="Close"/>.</summary>
    public void Dispose() => Close();

    /// <summary>Only on its greenlet, when it is about to be thrown: the exception to throw.</summary>
    internal Exception Raised() => _raised ??= _own ?? _factory?.Invoke() ?? this;

    private sealed class Alarm(GreenletTimeout timeout) : Scheduling.TimerNode
    {
        /// <summary>It has fired or was cancelled.</summary>
        public volatile bool IsOver;

        internal override void Fire(Hub hub)
        {
            if (IsOver) return;
            IsOver = true;
            timeout._greenlet!.AddTimeout(timeout);
        }

        internal override void Deliver(Hub hub) => Fire(hub);
    }
}
