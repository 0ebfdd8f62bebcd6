namespace Patchy.Backdoor.Tests;

/// <summary>Counts how often another greenlet of the same hub ran.</summary>
internal sealed class Progress : IDisposable
{
    /// <summary>More than this: others ran while it waited.</summary>
    public const int Some = 2;

    private readonly Greenlet _ticker;
    private bool _stopped;

    public Progress()
    {
        _ticker = Greenlet.Spawn(() =>
        {
            while (!_stopped)
            {
                Greenlet.Sleep(TimeSpan.FromMilliseconds(1));
                Ticks++;
            }
        });
    }

    public int Ticks { get; private set; }

    /// <summary>How often the other ran while the call did.</summary>
    public int During(Action call)
    {
        int before = Ticks;
        call();
        return Ticks - before;
    }

    public void Dispose()
    {
        _stopped = true;
        _ticker.Join();
    }
}
