using System;

namespace Patchy;

// Scopes that catch: C#'s using cannot swallow or unwrap an exception, as Python's with can.

public sealed partial class GreenletTimeout
{
    /// <summary>
    /// Runs <paramref name="body"/> with this timeout round it (it is started when it is not pending, and closed in the end) and raises the timeout itself even where the BCL has wrapped it
    /// (in an IOException, for instance). The counterpart of gevent's <c>with timeout:</c>.
    /// </summary>
    /// <returns>True when the body has ended; false when this timeout has fired and is silent.</returns>
    /// <exception cref="GreenletTimeout">The time passed first, and it is not silent; its own exception when it has one.</exception>
    public bool Run(Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _ = StartNew(this);
        try
        {
            body();
            return true;
        }
        catch (Exception exception) when (IsBehind(exception) && (IsSilent || exception != _raised))
        {
            if (IsSilent) return false;
            throw _raised!;
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Runs <paramref name="body"/> with a timeout round it and raises the timeout itself even where the BCL has wrapped it (in an IOException, for instance).</summary>
    /// <exception cref="GreenletTimeout">The time passed first.</exception>
    public static void Run(TimeSpan duration, Action body) => new GreenletTimeout(duration).Run(body);

    /// <summary>As the other, for a body with a result. The counterpart of <c>gevent.with_timeout</c> without <c>timeout_value</c>.</summary>
    /// <exception cref="GreenletTimeout">The time passed first.</exception>
    public static T Run<T>(TimeSpan duration, Func<T> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        T result = default!;
        Run(duration, () => { result = body(); });
        return result;
    }

    /// <summary>Runs <paramref name="body"/> for the given time at most. False when the time passed first: its own timeout is not raised. The counterpart of gevent's <c>with Timeout(seconds, False)</c>.</summary>
    public static bool TryRun(TimeSpan duration, Action body) => new GreenletTimeout(duration, silent: true).Run(body);

    /// <summary>As the other, for a body with a result.</summary>
    public static bool TryRun<T>(TimeSpan duration, Func<T> body, out T? result)
    {
        ArgumentNullException.ThrowIfNull(body);
        T? found = default;
        bool inTime = TryRun(duration, () => { found = body(); });
        result = found;
        return inTime;
    }

    /// <summary>Runs <paramref name="body"/> for the given time at most; gives <paramref name="timeoutValue"/> when the time passed first. Timeouts of others pass through. The counterpart of <c>gevent.with_timeout(..., timeout_value=)</c>.</summary>
    public static T WithTimeout<T>(TimeSpan duration, Func<T> body, T timeoutValue) => TryRun(duration, body, out T? result) ? result! : timeoutValue;

    /// <summary>As the other, with a timeout of yours: it is started when it is not pending, and cancelled in the end.</summary>
    public static T WithTimeout<T>(GreenletTimeout timeout, Func<T> body, T timeoutValue)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        ArgumentNullException.ThrowIfNull(body);
        T result = default!;
        return timeout.Guard(body, run => result = run()) ? result : timeoutValue;
    }

    /// <summary>
    /// For calls that take a timeout instance where a time is allowed: runs <paramref name="wait"/> with it, started when it is not pending and cancelled in the end. False when it was
    /// this one that fired and raised itself; any other exception passes through, also its own one (as gevent's <c>join(timeout=Timeout(1, error))</c> raises the error).
    /// </summary>
    internal bool Guard<TState>(TState state, Action<TState> wait)
    {
        _ = StartNew(this);
        try
        {
            wait(state);
            return true;
        }
        catch (Exception exception) when (_raised == this && IsBehind(exception))
        {
            return false;
        }
        finally
        {
            Cancel();
        }
    }

    /// <summary>As <see cref="Guard"/>, for calls that raise the timeout: it passes through.</summary>
    internal void Bound<TState>(TState state, Action<TState> wait)
    {
        _ = StartNew(this);
        try
        {
            wait(state);
        }
        finally
        {
            Cancel();
        }
    }

    private bool IsBehind(Exception exception)
    {
        if (_raised is null) return false;
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
            if (ReferenceEquals(inner, _raised)) return true;
        return false;
    }
}
