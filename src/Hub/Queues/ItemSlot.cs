using System;

namespace Patchy.Queues;

/// <summary>What a parked getter, peeker or putter exchanges with the one who wakes it.</summary>
internal struct ItemSlot<T>
{
    public T Item;
    public Exception? Error;
    public ItemOutcome Outcome;
    public bool IsPeek;
}
