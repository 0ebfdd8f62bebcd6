using Patchy.Diagnostics;

namespace Patchy;

public sealed partial class Hub
{
    private SwitchProbe? _probes;

    /// <summary>Only on a running greenlet of this hub.</summary>
    internal void AddProbe(SwitchProbe probe)
    {
        Greenlet self = Greenlet.Running!;
        Enter(self);
        probe.Next = _probes;
        _probes = probe;
        _switchesLeft = 1; // so that the turn is looked after, and the probe told, at the next switch already
        self.Hold.Leave();
    }

    /// <summary>Only on a running greenlet of this hub.</summary>
    internal void RemoveProbe(SwitchProbe probe)
    {
        Greenlet self = Greenlet.Running!;
        Enter(self);
        probe.Finish(self);
        if (_probes == probe) _probes = probe.Next;
        for (SwitchProbe? other = _probes; other is not null; other = other.Next)
            if (other.Next == probe) other.Next = probe.Next;
        self.Hold.Leave();
    }

    private void TellProbesOfBoundary()
    {
        for (SwitchProbe? probe = _probes; probe is not null; probe = probe.Next) probe.Boundary(Occupant);
    }

    private void TellProbesOfTurn()
    {
        for (SwitchProbe? probe = _probes; probe is not null; probe = probe.Next) probe.Turn();
    }
}
