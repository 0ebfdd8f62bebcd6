using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace Patchy.Reactor;

/// <summary>One direction of a descriptor: its edges, and who waits for one. Changed under the reactor's latch only.</summary>
internal struct FdSide
{
    private FdWaiter? _first; // nearly always the only one
    private List<FdWaiter>? _others;

    /// <summary>How many edges there were. May be read without the latch, before a try: see <see cref="FdMark"/>.</summary>
    public int Edges;

    /// <summary>An edge came while nobody waited: ends the next wait of one that has no mark.</summary>
    public bool HasEdge;

    public readonly bool HasWaiters => _first is not null || _others is { Count: > 0 };

    [MethodImpl(HotPath.CompiledOnce)]
    public void Add(FdWaiter waiter)
    {
        if (!HasWaiters) _first = waiter;
        else (_others ??= []).Add(waiter);
    }

    public void Remove(FdWaiter waiter)
    {
        if (ReferenceEquals(_first, waiter)) _first = null;
        else _others?.Remove(waiter);
    }

    /// <summary>All that wait try again, first come, first served. True when there was one.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public bool WakeAll(bool closed)
    {
        bool woke = false;
        if (_first is { } first)
        {
            _first = null;
            woke = Wake(first, closed);
        }
        if (_others is { Count: > 0 } others)
        {
            foreach (FdWaiter waiter in others) woke |= Wake(waiter, closed);
            others.Clear();
        }
        return woke;
    }

    private static bool Wake(FdWaiter waiter, bool closed)
    {
        if (closed) waiter.IsClosed = true;
        return waiter.Wake();
    }
}
