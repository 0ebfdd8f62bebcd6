namespace Patchy.Scheduling;

/// <summary>The greenlets that are ready to run, first in first out, linked through the greenlets themselves. Only with the hub entered.</summary>
internal struct RunQueue
{
    private Greenlet? _first;
    private Greenlet? _last;
    private int _count;

    public readonly bool IsEmpty => _first is null;

    public readonly int Count => _count;

    public readonly Greenlet? First => _first;

    public void Enqueue(Greenlet greenlet)
    {
        greenlet.NextReady = null;
        if (_last is null) _first = greenlet;
        else _last.NextReady = greenlet;
        _last = greenlet;
        _count++;
    }

    public Greenlet? Dequeue()
    {
        Greenlet? greenlet = _first;
        if (greenlet is null) return null;
        _first = greenlet.NextReady;
        if (_first is null) _last = null;
        greenlet.NextReady = null;
        _count--;
        return greenlet;
    }
}
