namespace Patchy.Scheduling;

/// <summary>Something that happens at a point in time, unless it is taken out of the heap before.</summary>
internal abstract class TimerNode : InboxNode
{
    /// <summary>When, in stopwatch ticks.</summary>
    internal long Due;

    /// <summary>Ties are broken by age, so that equal deadlines fire in the order in which they were set.</summary>
    internal long Sequence;

    /// <summary>Place in the heap; -1 while not in it.</summary>
    internal int HeapIndex = -1;

    /// <summary>On the hub's loop, once the point in time has come and the node has left the heap.</summary>
    internal abstract void Fire(Hub hub);
}
