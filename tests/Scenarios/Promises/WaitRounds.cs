namespace Patchy.Scenarios.Promises;

/// <summary>
/// A wait that is made again until one round shows that others ran while it lasted, and by its own doing: the monitor, which takes the hub from whoever keeps the carrier, was not needed. A machine that
/// pauses spoils some rounds; a call that is not cooperative spoils each.
/// </summary>
internal sealed class WaitRounds(Func<int> turns)
{
    private const int Most = 40;
    private const int Few = 5;

    private int _rounds, _before;
    private long _reliefs;
    private bool _shown;

    /// <summary>Whether the last round showed it. Once it has, it stays so: the monitor may help somebody afterwards.</summary>
    public bool Good => _shown |= _rounds > 0 && turns() > _before + Few && HubMonitor.Reliefs == _reliefs;

    /// <summary>True when there is to be another round, which begins now.</summary>
    public bool Next()
    {
        if (Good || _rounds == Most) return false;
        Greenlet.Yield(); // whoever has been relieved is beside the hub until it enters it: its next call would keep nobody
        _rounds++;
        _before = turns();
        _reliefs = HubMonitor.Reliefs;
        return true;
    }

    public override string ToString() => $"{turns() - _before} turns and {HubMonitor.Reliefs - _reliefs} reliefs in round {_rounds}";
}
