using System;

namespace Patchy.Queues;

/// <summary>
/// The items of a queue and their order. Only under the queue's latch, and so without exceptions: what a comparer throws is returned, and the store is as it was.
/// </summary>
internal abstract class ItemStore<T>
{
    private protected const int SmallestCapacity = 16;

    private protected T[] Items = [];

    public int Count { get; private protected set; }

    /// <summary>
    /// True when a later item can be a better one. A getter that was woken then takes the best there is when it runs, as in gevent; else the item is handed over.
    /// </summary>
    public abstract bool ChoosesLate { get; }

    public bool HasRoom => Count < Items.Length;

    /// <summary>The size of the next array. The queue makes it outside of the latch.</summary>
    public int NextCapacity => Math.Max(SmallestCapacity, (int)Math.Min(Items.Length * 2L, Array.MaxLength));

    /// <summary>Moves in, unless somebody else was quicker.</summary>
    public void Grow(T[] bigger)
    {
        if (bigger.Length <= Items.Length) return;
        CopyTo(bigger);
        Items = bigger;
        Moved();
    }

    /// <summary>The next to be taken. Only when there is one.</summary>
    public abstract T First { get; }

    /// <summary>Only when there is room.</summary>
    public abstract Exception? Add(T item);

    /// <summary>Only when there is one.</summary>
    public abstract Exception? Take(out T item);

    /// <summary>As they lie; the order of <see cref="InOrder"/> when sorted by it.</summary>
    public abstract void CopyTo(T[] target);

    /// <summary>Outside of the latch: brings a copy into the order in which the items would be taken.</summary>
    public abstract void InOrder(T[] copy);

    /// <summary>Drops all but the first <paramref name="keep"/>.</summary>
    public void Discard(int keep)
    {
        var kept = new T[keep];
        int count = 0;
        while (count < keep && Take(out kept[count]) is null) count++;
        Items = [];
        Count = 0;
        Moved();
        if (count == 0) return;
        Items = new T[SmallestCapacity + count];
        Restore(kept.AsSpan(0, count));
    }

    /// <summary>The items lie in another array, from its beginning on.</summary>
    private protected virtual void Moved() { }

    /// <summary>Into the empty store: <paramref name="items"/> in the order in which they were taken, without asking the comparer again.</summary>
    private protected abstract void Restore(ReadOnlySpan<T> items);
}
