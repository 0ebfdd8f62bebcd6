using System;
using System.Runtime.CompilerServices;

namespace Patchy.Queues;

/// <summary>First in, first out: a ring.</summary>
internal sealed class FifoStore<T> : ItemStore<T>
{
    private int _head;

    public override bool ChoosesLate => false;

    public override T First => Items[_head];

    public override Exception? Add(T item)
    {
        Items[Place(Count)] = item;
        Count++;
        return null;
    }

    public override Exception? Take(out T item)
    {
        T[] items = Items;
        int head = _head;
        item = items[head];
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) items[head] = default!;
        _head = head + 1 == items.Length ? 0 : head + 1;
        Count--;
        return null;
    }

    public override void CopyTo(T[] target)
    {
        int first = Math.Min(Count, Items.Length - _head);
        Array.Copy(Items, _head, target, 0, first);
        Array.Copy(Items, 0, target, first, Count - first);
    }

    public override void InOrder(T[] copy) { }

    private protected override void Moved() => _head = 0;

    private protected override void Restore(ReadOnlySpan<T> items)
    {
        items.CopyTo(Items);
        Count = items.Length;
    }

    private int Place(int index)
    {
        int place = _head + index;
        return place >= Items.Length ? place - Items.Length : place;
    }
}
