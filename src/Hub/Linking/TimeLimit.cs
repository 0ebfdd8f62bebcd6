using System;
using System.Threading;

namespace Patchy.Linking;

/// <summary>How long a primitive may wait, as its caller has said it: a time, or a timeout of the caller's own.</summary>
internal static class TimeLimit
{
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public static Deadline From(TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "The time must not be negative, except for Timeout.InfiniteTimeSpan, which waits for ever.");
        return timeout == TimeSpan.Zero ? Deadline.At(0) : Deadline.In(timeout);
    }

    /// <summary>
    /// Runs <paramref name="wait"/> with <paramref name="timeout"/> running: false when that very timeout came first; any other one passes through. It is over
    /// afterwards in each case, also when it ran before, as in gevent.
    /// </summary>
    public static bool Run<TState>(GreenletTimeout timeout, TState state, Func<TState, bool> wait)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        _ = GreenletTimeout.StartNew(timeout);
        try
        {
            return wait(state);
        }
        catch (GreenletTimeout raised) when (ReferenceEquals(raised, timeout))
        {
            return false;
        }
        finally
        {
            timeout.Cancel();
        }
    }

    /// <summary>What a get whose time has passed throws.</summary>
    public static GreenletTimeout Expired(TimeSpan duration) => new(duration);

    /// <summary>Starts it unless it runs already. The caller cancels it.</summary>
    public static void Start(GreenletTimeout timeout) => _ = GreenletTimeout.StartNew(timeout);
}
