using System;
using System.Runtime.CompilerServices;

namespace Patchy.Scheduling;

/// <summary>
/// Deadlines of one hub: a four-way heap that knows the place of each node, so that a wait that was woken takes its deadline out at once.
/// Only with the hub entered.
/// </summary>
internal sealed class TimerHeap
{
    private const int Arity = 4;
    private TimerNode[] _nodes = new TimerNode[64];
    private int _count;
    private long _sequence;

    public int Count => _count;

    /// <summary>When the earliest node is due; long.MaxValue when there is none. Other threads may look: they see an old or a new value.</summary>
    public long NextDue { get; private set; } = long.MaxValue;

    [MethodImpl(HotPath.CompiledOnce)]
    public void Add(TimerNode node, long due)
    {
        node.Due = due;
        node.Sequence = ++_sequence;
        if (_count == _nodes.Length) Array.Resize(ref _nodes, _count * 2);
        SiftUp(node, _count++);
        NextDue = _nodes[0].Due;
    }

    [MethodImpl(HotPath.CompiledOnce)]
    public void Remove(TimerNode node)
    {
        int hole = node.HeapIndex;
        if (hole < 0) return;
        node.HeapIndex = -1;
        TimerNode last = _nodes[--_count];
        _nodes[_count] = null!;
        if (hole != _count)
        {
            if (hole > 0 && IsBefore(last, _nodes[(hole - 1) / Arity])) SiftUp(last, hole);
            else SiftDown(last, hole);
        }
        NextDue = _count == 0 ? long.MaxValue : _nodes[0].Due;
    }

    /// <summary>Takes out and fires everything that is due at <paramref name="now"/>; what a node adds meanwhile waits for the next turn.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    public void FireDue(Hub hub, long now)
    {
        long newest = _sequence;
        while (_count > 0 && _nodes[0].Due <= now && _nodes[0].Sequence <= newest)
        {
            TimerNode node = _nodes[0];
            Remove(node);
            node.Fire(hub);
        }
    }

    /// <summary>May be called from any thread, for dumps: the nodes at about this moment.</summary>
    public void ForEach(Action<TimerNode> visit)
    {
        TimerNode?[] nodes = _nodes;
        int count = Math.Min(_count, nodes.Length);
        for (int i = 0; i < count; i++)
            if (nodes[i] is { } node) visit(node);
    }

    /// <summary>The hub is over: nothing fires any more.</summary>
    public void RejectAll(Hub hub)
    {
        while (_count > 0)
        {
            TimerNode node = _nodes[_count - 1];
            Remove(node);
            node.Reject(hub);
        }
    }

    private static bool IsBefore(TimerNode a, TimerNode b) => a.Due < b.Due || (a.Due == b.Due && a.Sequence < b.Sequence);

    private void SiftUp(TimerNode node, int at)
    {
        while (at > 0)
        {
            int parent = (at - 1) / Arity;
            if (!IsBefore(node, _nodes[parent])) break;
            Put(_nodes[parent], at);
            at = parent;
        }
        Put(node, at);
    }

    private void SiftDown(TimerNode node, int at)
    {
        while (true)
        {
            int best = at * Arity + 1;
            if (best >= _count) break;
            int end = Math.Min(best + Arity, _count);
            for (int child = best + 1; child < end; child++)
                if (IsBefore(_nodes[child], _nodes[best])) best = child;
            if (!IsBefore(_nodes[best], node)) break;
            Put(_nodes[best], at);
            at = best;
        }
        Put(node, at);
    }

    private void Put(TimerNode node, int at)
    {
        _nodes[at] = node;
        node.HeapIndex = at;
    }
}
