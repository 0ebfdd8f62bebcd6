using System;
using System.Diagnostics;
using System.Threading;

namespace Patchy;

/// <summary>A point in time after which a wait ends. Converted once, where a public call comes in; never recomputed further down.</summary>
internal readonly struct Deadline : IEquatable<Deadline>
{
    private static readonly double s_ticksPerMillisecond = Stopwatch.Frequency / 1000.0;

    /// <summary>Stopwatch ticks; long.MaxValue means never.</summary>
    public readonly long Ticks;

    private Deadline(long ticks) => Ticks = ticks;

    public static Deadline Never => new(long.MaxValue);

    public bool IsNever => Ticks == long.MaxValue;

    /// <summary>At that many stopwatch ticks.</summary>
    public static Deadline At(long ticks) => new(ticks);

    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>From a BCL timeout in milliseconds: -1 is never.</summary>
    public static Deadline In(int milliseconds) =>
        milliseconds == Timeout.Infinite ? Never : new(Now + (long)(milliseconds * s_ticksPerMillisecond));

    /// <summary>From a BCL timeout; <see cref="Timeout.InfiniteTimeSpan"/> is never, and so is a span too long to count.</summary>
    public static Deadline In(TimeSpan span)
    {
        if (span == Timeout.InfiniteTimeSpan) return Never;
        double ticks = span.TotalMilliseconds * s_ticksPerMillisecond;
        return ticks >= long.MaxValue / 4 ? Never : new(Now + (long)ticks);
    }

    /// <summary>From a timeout that the user gave as the argument <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public static Deadline Checked(TimeSpan span, string name)
    {
        if (span < TimeSpan.Zero && span != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(name, span, "The time must not be negative, except for Timeout.InfiniteTimeSpan.");
        return In(span);
    }

    /// <summary>True once the point in time has come.</summary>
    public bool HasPassed => !IsNever && Now >= Ticks;

    /// <summary>What is left, for a system call that takes nanoseconds; long.MaxValue is never.</summary>
    public long RemainingNanoseconds
    {
        get
        {
            double left = IsNever ? double.MaxValue : Math.Ceiling(Math.Max(0, Ticks - Now) / s_ticksPerMillisecond * 1e6);
            return left >= long.MaxValue ? long.MaxValue : (long)left;
        }
    }

    /// <summary>What is left in whole milliseconds for a system call: rounded up, so that it never becomes an early or a busy poll; -1 is never.</summary>
    public int RemainingMilliseconds
    {
        get
        {
            if (IsNever) return Timeout.Infinite;
            long left = Ticks - Now;
            if (left <= 0) return 0;
            double ms = Math.Ceiling(left / s_ticksPerMillisecond);
            return ms >= int.MaxValue ? int.MaxValue : (int)ms;
        }
    }

    public bool Equals(Deadline other) => Ticks == other.Ticks;
    public override bool Equals(object? obj) => obj is Deadline other && Equals(other);
    public override int GetHashCode() => Ticks.GetHashCode();
}
