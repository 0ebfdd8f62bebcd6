using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace Patchy.Queues;

// The algorithm is that of Python's heapq, comparison by comparison, so that equal items come out in gevent's order too: adding sifts up from the end;
// taking lets the smaller children rise along one path to a leaf and sifts the last item up from there. All comparisons come before the first move: a
// comparer that throws leaves the heap as it was.
//
// The comparer is the user's code, and it runs under the queue's latch. A switch there would leave the latch to somebody who spins for it on the same
// carrier, so no greenlet counts as running meanwhile: what would park blocks natively instead.

/// <summary>Lowest first: a binary heap.</summary>
internal sealed class HeapStore<T>(IComparer<T> comparer) : ItemStore<T>
{
    private const int DeepestPath = 32;
    private readonly bool _isForeign = !(typeof(T).IsPrimitive && ReferenceEquals(comparer, Comparer<T>.Default));

    public override bool ChoosesLate => true;

    public override T First => Items[0];

    /// <summary>Only while the queue is being made: takes the array over.</summary>
    public void Heapify(T[] items)
    {
        Items = items;
        Count = items.Length;
        for (int start = Count / 2 - 1; start >= 0; start--) Sink(Items[start], start, Count);
    }

    public override Exception? Add(T item)
    {
        Greenlet? running = Forbid();
        try
        {
            int place = Count;
            while (place > 0 && comparer.Compare(item, Items[(place - 1) >> 1]) < 0) place = (place - 1) >> 1;
            for (int hole = Count; hole > place; hole = (hole - 1) >> 1) Items[hole] = Items[(hole - 1) >> 1];
            Items[place] = item;
            Count++;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
        finally
        {
            Allow(running);
        }
    }

    public override Exception? Take(out T item)
    {
        item = default!;
        Greenlet? running = Forbid();
        try
        {
            T first = Items[0], last = Items[Count - 1];
            if (Count > 1) Sink(last, 0, Count - 1);
            Count--;
            if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) Items[Count] = default!;
            item = first;
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
        finally
        {
            Allow(running);
        }
    }

    public override void CopyTo(T[] target) => Array.Copy(Items, target, Count);

    public override void InOrder(T[] copy)
    {
        var heap = new HeapStore<T>(comparer) { Items = (T[])copy.Clone(), Count = copy.Length };
        for (int i = 0; i < copy.Length; i++)
            if (heap.Take(out copy[i]) is { } error) throw error;
    }

    private protected override void Restore(ReadOnlySpan<T> items)
    {
        items.CopyTo(Items); // sorted, and so a heap
        Count = items.Length;
    }

    private Greenlet? Forbid()
    {
        Greenlet? running = Greenlet.Running;
        if (_isForeign && running is not null) Greenlet.SetRunning(null);
        return running;
    }

    private void Allow(Greenlet? running)
    {
        if (_isForeign && running is not null) Greenlet.SetRunning(running);
    }

    /// <summary>Puts <paramref name="item"/> where it belongs below <paramref name="start"/>, whose own item goes; the heap ends at <paramref name="end"/>.</summary>
    private void Sink(T item, int start, int end)
    {
        Span<int> path = stackalloc int[DeepestPath];
        int depth = 0;
        path[0] = start;
        for (int child = 2 * start + 1; child < end; child = 2 * child + 1)
        {
            if (child + 1 < end && comparer.Compare(Items[child], Items[child + 1]) >= 0) child++;
            path[++depth] = child;
        }
        while (depth > 0 && comparer.Compare(item, Items[path[depth]]) < 0) depth--;
        for (int i = 0; i < depth; i++) Items[path[i]] = Items[path[i + 1]];
        Items[path[depth]] = item;
    }
}
