namespace Patchy.Servers.Tests;

/// <summary>Counts how often another greenlet of the same hub ran.</summary>
internal sealed class Progress : IDisposable
{
    /// <summary>More than this: others ran while it waited. (A call that blocks the carrier gives 0 or 1; a loaded machine far less than one a millisecond.)</summary>
    public const int Some = 2;

    private readonly Greenlet _ticker;
    private bool _stopped;
    private int _ticks;

    public Progress()
    {
        _ticker = Greenlet.Spawn(() =>
        {
            while (!_stopped)
            {
                Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
                _ticks++;
            }
        });
    }

    public int Ticks => Volatile.Read(ref _ticks);

    /// <summary>How often the other ran while the call did.</summary>
    public int During(Action call)
    {
        int before = Ticks;
        call();
        return Ticks - before;
    }

    /// <summary>
    /// As <see cref="During"/>, for a call that ends by its time and may be made again: a machine that pauses may give nobody a turn in that time. A call that keeps the carrier does so each time.
    /// </summary>
    public int DuringOneOf(Action call)
    {
        int ticks = During(call);
        for (int again = 0; again < 20 && ticks <= Some; again++) ticks = During(call);
        return ticks;
    }

    /// <summary>For what ends the call: waits until the other has run while it lasted, on a greenlet or on a native thread. Not for ever: a call that keeps the carrier comes to its end, too.</summary>
    public void Pass()
    {
        int until = _ticks + Some + 1;
        for (int turn = 0; turn < 20_000 && Volatile.Read(ref _ticks) < until; turn++)
        {
            if (Greenlet.Current is null) Thread.Sleep(1);
            else Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
        }
    }

    public void Dispose()
    {
        _stopped = true;
        _ticker.Join();
    }
}
