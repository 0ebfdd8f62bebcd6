using System.Diagnostics;
using System.Numerics;

namespace Patchy.Bench.Load;

/// <summary>Counts times in buckets that are at most 1/16 wide, so that millions cost no memory.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 4;
    private readonly long[] _counts = new long[64 << SubBits];
    private long _total;
    private long _max;

    public void Add(long ticks)
    {
        _counts[BucketOf(ticks)]++;
        _total++;
        if (ticks > _max) _max = ticks;
    }

    public long Count => _total;

    /// <summary>The time that this share of all did not exceed.</summary>
    public double Microseconds(double share)
    {
        if (share >= 1) return _max * 1e6 / Stopwatch.Frequency;
        long left = (long)(_total * share);
        for (int bucket = 0; bucket < _counts.Length; bucket++)
            if ((left -= _counts[bucket]) < 0) return LowerBound(bucket) * 1e6 / Stopwatch.Frequency;
        return _max * 1e6 / Stopwatch.Frequency;
    }

    private static int BucketOf(long ticks)
    {
        int magnitude = Math.Max(0, BitOperations.Log2((ulong)ticks | 1) - SubBits);
        return (magnitude << SubBits) + (int)(ticks >> magnitude);
    }

    private static double LowerBound(int bucket)
    {
        int magnitude = Math.Max(0, (bucket >> SubBits) - 1);
        return (double)(bucket - (magnitude << SubBits)) * (1L << magnitude);
    }
}
