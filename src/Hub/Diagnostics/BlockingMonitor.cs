using System;
using System.Globalization;

namespace Patchy.Diagnostics;

/// <summary>
/// Reports greenlets that keep the carrier of their hub without letting others run. The thread that looks after the hubs is always there (it also relieves
/// carriers that are blocked); only the reports are asked for. The counterpart of gevent's monitoring thread and its GEVENT_MAX_BLOCKING_TIME.
/// </summary>
public static class BlockingMonitor
{
    private static long s_maxBlockingTicks = FromEnvironment().Ticks;

    /// <summary>
    /// Raised when a greenlet has kept the carrier for <see cref="MaxBlockingTime"/> while others of its hub were to run, and again after each further
    /// such time. On the monitor's native thread: a handler must not wait long. What it throws is printed.
    /// </summary>
    public static event EventHandler<EventLoopBlockedEventArgs>? EventLoopBlocked;

    /// <summary>How long a greenlet may keep the carrier. 0.1 seconds, or PATCHY_MAX_BLOCKING_TIME, in seconds. Noticed with a grain of about 10 ms. May be used from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public static TimeSpan MaxBlockingTime
    {
        get => new(System.Threading.Volatile.Read(ref s_maxBlockingTicks));
        set
        {
            if (value <= TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(value), value, "The time must be above zero.");
            System.Threading.Volatile.Write(ref s_maxBlockingTicks, value.Ticks);
        }
    }

    /// <summary>Whether reports are printed to standard error. False unless PATCHY_PRINT_BLOCKING_REPORTS=1 is in the environment. May be used from any thread.</summary>
    public static bool PrintsReports { get; set; } = Environment.GetEnvironmentVariable("PATCHY_PRINT_BLOCKING_REPORTS") == "1";

    /// <summary>Only on the monitor's thread.</summary>
    internal static void Report(Greenlet greenlet, TimeSpan time)
    {
        EventHandler<EventLoopBlockedEventArgs>? handlers = EventLoopBlocked;
        bool prints = PrintsReports;
        if (handlers is null && !prints) return;
        string head = string.Create(CultureInfo.InvariantCulture, $"{greenlet.Name} has kept the carrier of {greenlet.Hub} for {time.TotalSeconds:0.00} s; the others of its hub wait.");
        string info = head + Environment.NewLine + RunInfo.Format(threads: false);
        if (prints) StandardError.WriteAtOnce(info); // who holds the lock of Console.Error may wait for this very thread to relieve its hub
        if (handlers is null) return;
        var blocked = new EventLoopBlockedEventArgs(greenlet, time, info);
        foreach (EventHandler<EventLoopBlockedEventArgs> handler in handlers.GetInvocationList())
        {
            try
            {
                handler(greenlet.Hub, blocked);
            }
            catch (Exception exception)
            {
                StandardError.WriteAtOnce($"A handler of {nameof(EventLoopBlocked)} has failed: {exception}{Environment.NewLine}");
            }
        }
    }

    private static TimeSpan FromEnvironment()
    {
        string? text = Environment.GetEnvironmentVariable("PATCHY_MAX_BLOCKING_TIME");
        bool isTime = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 1e6;
        return TimeSpan.FromSeconds(isTime ? seconds : 0.1);
    }
}
