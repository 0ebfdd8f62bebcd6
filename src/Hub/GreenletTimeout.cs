using System;
using Patchy.Scheduling;

namespace Patchy;

// Life of a timeout: Pending (in the heap of its greenlet's hub) -> Fired (recorded with the greenlet, raised at its waits) -> Over;
// or Pending -> Over by Cancel. All on one carrier: only the greenlet that started it touches it, and the loop that fires it.

/// <summary>
/// Raised in the greenlet that started it, at the call where it waits (or at its next one), once the time has passed: <c>using var timeout = GreenletTimeout.Start(...)</c>.
/// It is raised again at each further wait until its scope is left or a handler that names its type has caught it, so that a
/// <c>catch (Exception)</c> on the way does not make it vanish. The counterpart of gevent.Timeout (the name Timeout is taken by System.Threading).
/// </summary>
public sealed class GreenletTimeout : Exception, IDisposable
{
    private readonly Greenlet _greenlet;
    private readonly Alarm _alarm;
    private bool _over;

    private GreenletTimeout(Greenlet greenlet, TimeSpan duration)
    {
        _greenlet = greenlet;
        Duration = duration;
        _alarm = new Alarm(this);
    }

    /// <summary>The time it was started with.</summary>
    public TimeSpan Duration { get; }

    /// <summary>It has been thrown at least once. Only under the latch of the greenlet's PendingInterrupts.</summary>
    internal bool WasRaised { get; set; }

    /// <summary>True while the time has not passed and it was not cancelled.</summary>
    public bool Pending => !_over && _alarm.HeapIndex >= 0;

    /// <inheritdoc/>
    public override string Message => $"{Duration.TotalSeconds} seconds";

    /// <summary>Starts the time for the calling greenlet; Dispose ends it. <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> never raises. Only on a greenlet or on a thread that can have a hub.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public static GreenletTimeout Start(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero && duration != System.Threading.Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(duration), duration, "The time must not be negative, except for Timeout.InfiniteTimeSpan.");
        Greenlet self = Hub.RunningHere();
        var timeout = new GreenletTimeout(self, duration);
        Deadline deadline = Deadline.In(duration);
        if (deadline.IsNever) return timeout;
        self.Hub.Enter(self);
        self.Hub.Timers.Add(timeout._alarm, deadline.Ticks);
        self.Hub.Leave(self);
        return timeout;
    }

    /// <summary>One whose time has passed already, to be thrown.</summary>
    internal static GreenletTimeout Expired(TimeSpan duration) => new(null!, duration) { _over = true };

    /// <summary>Runs <paramref name="body"/> with a timeout round it and raises the timeout itself even where the BCL has wrapped it (in an IOException, for instance).</summary>
    /// <exception cref="GreenletTimeout">The time passed first.</exception>
    public static T Run<T>(TimeSpan duration, Func<T> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        using GreenletTimeout timeout = Start(duration);
        try
        {
            return body();
        }
        catch (Exception exception) when (timeout.IsBehind(exception))
        {
            throw timeout;
        }
    }

    /// <summary>Ends the time: it is not raised any more. Only on the greenlet that started it.</summary>
    public void Cancel()
    {
        if (_over) return;
        _over = true;
        if (Greenlet.Running == _greenlet)
        {
            _greenlet.Hub.Enter(_greenlet);
            _greenlet.Hub.Timers.Remove(_alarm);
            _greenlet.Hub.Leave(_greenlet);
        }
        _greenlet.RemoveTimeout(this);
    }

    /// <summary>As <see cref="Cancel"/>.</summary>
    public void Dispose() => Cancel();

    private bool IsBehind(Exception exception)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
            if (ReferenceEquals(inner, this)) return !ReferenceEquals(exception, this);
        return false;
    }

    private void Fire()
    {
        if (!_over) _greenlet.AddTimeout(this);
    }

    private sealed class Alarm(GreenletTimeout timeout) : TimerNode
    {
        internal override void Fire(Hub hub) => timeout.Fire();

        internal override void Deliver(Hub hub) => timeout.Fire();
    }
}
