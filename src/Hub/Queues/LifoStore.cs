using System;
using System.Runtime.CompilerServices;

namespace Patchy.Queues;

/// <summary>Last in, first out: a stack.</summary>
internal sealed class LifoStore<T> : ItemStore<T>
{
    public override bool ChoosesLate => true;

    public override T First => Items[Count - 1];

    public override Exception? Add(T item)
    {
        Items[Count++] = item;
        return null;
    }

    public override Exception? Take(out T item)
    {
        item = Items[--Count];
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) Items[Count] = default!;
        return null;
    }

    public override void CopyTo(T[] target) => Array.Copy(Items, target, Count);

    public override void InOrder(T[] copy) => Array.Reverse(copy);

    private protected override void Restore(ReadOnlySpan<T> items)
    {
        items.CopyTo(Items);
        Count = items.Length;
        Items.AsSpan(0, Count).Reverse();
    }
}
