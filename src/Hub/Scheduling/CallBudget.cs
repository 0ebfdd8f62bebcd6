using System.Diagnostics;

namespace Patchy.Scheduling;

/// <summary>How long a greenlet has made calls without a wait. Only the greenlet touches it; it costs a countdown for most calls, and nothing for a switch.</summary>
internal struct CallBudget
{
    private const int CallsBetweenLooks = 16;

    /// <summary>Calls until the clock is looked at; the caller counts down.</summary>
    public int Left;

    private long _switchCount; // the hub's, when _since was set: a greenlet that has waited finds another one
    private long _since;

    /// <summary>Looks at the clock.</summary>
    public bool IsSpent(long switchCount, long interval)
    {
        Left = CallsBetweenLooks;
        long now = Stopwatch.GetTimestamp();
        if (switchCount != _switchCount)
        {
            _switchCount = switchCount;
            _since = now;
            return false;
        }
        return now - _since >= interval;
    }
}
