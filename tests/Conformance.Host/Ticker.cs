using System.Diagnostics;

namespace Patchy.Conformance;

/// <summary>A thread that does nothing but run every millisecond: what it could not do shows who kept the processor or the hub.</summary>
internal sealed class Ticker
{
    private Period _period = new();

    /// <summary>Green when started on a greenlet, else native.</summary>
    public static Ticker Start(string name)
    {
        var ticker = new Ticker();
        new Thread(ticker.Run) { IsBackground = true, Name = name }.Start();
        return ticker;
    }

    /// <summary>How often it ran since the reset.</summary>
    public int Ticks => Volatile.Read(ref _period).Ticks;

    /// <summary>The longest pause since the reset, the one that lasts now included.</summary>
    public double Gap => Volatile.Read(ref _period).Gap;

    public void Reset() => Volatile.Write(ref _period, new Period());

    private void Run()
    {
        while (true)
        {
            Thread.Sleep(1);
            Volatile.Read(ref _period).Tick();
        }
    }

    /// <summary>From one reset to the next, and written by the ticker only: a tick that a reset on another thread overtakes counts for the period that is over, and so does a pause that began in it.</summary>
    private sealed class Period
    {
        private int _ticks;
        private long _last = Stopwatch.GetTimestamp();
        private long _longest;

        public int Ticks => Volatile.Read(ref _ticks);

        public double Gap
        {
            get
            {
                long last = Volatile.Read(ref _last); // first: a tick that comes now has then been counted by one of the two
                return Stopwatch.GetElapsedTime(0, Math.Max(Volatile.Read(ref _longest), Stopwatch.GetTimestamp() - last)).TotalMilliseconds;
            }
        }

        public void Tick()
        {
            long now = Stopwatch.GetTimestamp();
            if (now - _last > _longest) Volatile.Write(ref _longest, now - _last);
            Volatile.Write(ref _last, now);
            Volatile.Write(ref _ticks, _ticks + 1);
        }
    }
}
