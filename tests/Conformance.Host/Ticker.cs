using System.Diagnostics;

namespace Patchy.Conformance;

/// <summary>A thread that does nothing but run every millisecond: what it could not do shows who kept the processor or the hub.</summary>
internal sealed class Ticker
{
    private int _ticks;
    private long _last = Stopwatch.GetTimestamp();
    private long _longest;

    /// <summary>Green when started on a greenlet, else native.</summary>
    public static Ticker Start(string name)
    {
        var ticker = new Ticker();
        new Thread(ticker.Run) { IsBackground = true, Name = name }.Start();
        return ticker;
    }

    public int Ticks => Volatile.Read(ref _ticks);

    public void Reset()
    {
        Volatile.Write(ref _ticks, 0);
        Volatile.Write(ref _longest, 0);
        Volatile.Write(ref _last, Stopwatch.GetTimestamp());
    }

    /// <summary>The longest pause since the reset, the one that lasts now included.</summary>
    public double Gap => Stopwatch.GetElapsedTime(0, Math.Max(Volatile.Read(ref _longest), Stopwatch.GetTimestamp() - Volatile.Read(ref _last))).TotalMilliseconds;

    private void Run()
    {
        while (true)
        {
            Thread.Sleep(1);
            long now = Stopwatch.GetTimestamp();
            long gap = now - _last;
            if (gap > _longest) Volatile.Write(ref _longest, gap);
            Volatile.Write(ref _last, now);
            Volatile.Write(ref _ticks, _ticks + 1);
        }
    }
}
