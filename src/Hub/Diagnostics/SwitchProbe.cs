using System.Diagnostics;

namespace Patchy.Diagnostics;

// Protocol.
//  1. Only with the hub entered, on its carrier. While a hub has a probe it looks after its turn at each switch, and tells the probe there; a hub without
//     one pays nothing.
//  2. A slice lasts from the boundary before a greenlet got the carrier to the boundary where it gives it away. At a boundary in the loop nobody has the
//     carrier: what came before (polling, sleeping, callbacks) is nobody's slice.
//  3. With hubOnly a slice lasts until the loop begins a turn, whoever ran meanwhile.

/// <summary>Measures how long the greenlets of a hub keep the carrier, in stopwatch ticks.</summary>
internal sealed class SwitchProbe(bool hubOnly, Greenlet running)
{
    private long _began = Stopwatch.GetTimestamp();
    private bool _isOpen = true;
    private Greenlet _last = running;

    /// <summary>The list of a hub's probes: scopes may be nested, and several greenlets may have one.</summary>
    public SwitchProbe? Next { get; set; }

    /// <summary>The longest slice so far.</summary>
    public long Longest { get; private set; }

    /// <summary>Whose it was.</summary>
    public Greenlet? LongestOf { get; private set; }

    /// <summary>Between two greenlets, or a greenlet and the loop; <paramref name="occupant"/> gives the carrier away, null in the loop.</summary>
    public void Boundary(Greenlet? occupant)
    {
        if (occupant is not null) _last = occupant;
        if (hubOnly)
        {
            if (!_isOpen) Open();
            return;
        }
        if (occupant is not null) Close();
        Open();
    }

    /// <summary>The loop begins a turn: it fires timers and polls.</summary>
    public void Turn()
    {
        if (hubOnly) Close();
    }

    /// <summary>The scope ends, on the greenlet that has it: what it runs now counts as well.</summary>
    public void Finish(Greenlet self)
    {
        _last = self;
        Close();
    }

    private void Open()
    {
        _began = Stopwatch.GetTimestamp();
        _isOpen = true;
    }

    private void Close()
    {
        if (!_isOpen) return;
        _isOpen = false;
        long ticks = Stopwatch.GetTimestamp() - _began;
        if (ticks <= Longest) return;
        Longest = ticks;
        LongestOf = _last;
    }
}
