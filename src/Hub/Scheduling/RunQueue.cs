using System;
using System.Runtime.CompilerServices;

namespace Patchy.Scheduling;

/// <summary>
/// The greenlets that are ready to run, first in first out: a ring that grows. Not a list through the greenlets: each link would be a reference written
/// into a greenlet, which the collector has to be told of, and whoever comes next could not be looked up before its turn. Only with the hub entered.
/// </summary>
internal struct RunQueue
{
    private const int FirstCapacity = 64;
    private Place[]? _ring; // its length is a power of two
    private int _head;
    private int _count;

    public readonly bool IsEmpty => _count == 0;

    public readonly int Count => _count;

    public readonly Greenlet? First => _count == 0 ? null : _ring![_head].Greenlet;

    /// <summary>The one that has <paramref name="before"/> others before it, or null. Other threads may look: they see one that is or was queued, or null.</summary>
    public readonly Greenlet? Peek(int before)
    {
        Place[]? ring = _ring;
        return ring?[(_head + before) & (ring.Length - 1)].Greenlet;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enqueue(Greenlet greenlet)
    {
        Place[]? ring = _ring;
        int count = _count;
        if (ring is null || count == ring.Length) ring = Grow();
        ring[(_head + count) & (ring.Length - 1)].Greenlet = greenlet;
        _count = count + 1;
    }

    public Greenlet? Dequeue()
    {
        Greenlet? greenlet = First;
        if (greenlet is not null) RemoveFirst();
        return greenlet;
    }

    /// <summary>Only when there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RemoveFirst()
    {
        Place[] ring = _ring!;
        int head = _head;
        ring[head].Greenlet = null;
        _head = (head + 1) & (ring.Length - 1);
        _count--;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Place[] Grow()
    {
        if (_ring is null) return _ring = new Place[FirstCapacity];
        var grown = new Place[_ring.Length * 2];
        int tail = _ring.Length - _head;
        Array.Copy(_ring, _head, grown, 0, tail);
        Array.Copy(_ring, 0, grown, tail, _head);
        _head = 0;
        return _ring = grown;
    }

    // A struct: storing into an array of a class that can be derived from would check the type each time.
    private struct Place
    {
        public Greenlet? Greenlet;
    }
}
