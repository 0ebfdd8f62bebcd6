using System.Collections.Generic;

namespace Patchy.Queues;

/// <summary>
/// A queue that gives the lowest item first. Items are often tuples of a priority and the data. Among equal items the order is that of gevent (of Python's heapq), not
/// that of putting. A getter that had to wait takes the lowest item there is when it runs, as in gevent. The counterpart of gevent.queue.PriorityQueue.
/// </summary>
/// <remarks>
/// The comparer is called while the queue is locked: it must not wait and must not use the queue. What it throws comes out of the put or get that needed it, and the
/// queue is as it was before.
/// </remarks>
/// <typeparam name="T">Type of the items.</typeparam>
public class PriorityQueue<T> : JoinableQueue<T>
{
    /// <summary>An empty queue, or one with <paramref name="items"/> in it.</summary>
    /// <param name="maxSize">How many items fit in before puts have to wait; null, 0 and negative numbers mean any number. The items given here are let in even if they are more.</param>
    /// <param name="items">The items that it begins with, in any order.</param>
    /// <param name="comparer">Which item is lower; null is the usual order of the type.</param>
    /// <param name="unfinishedTasks">How many tasks are not done yet; null or 0 is the number of the items.</param>
    public PriorityQueue(int? maxSize = null, IEnumerable<T>? items = null, IComparer<T>? comparer = null, int? unfinishedTasks = null)
        : base(maxSize, Fill(items, comparer ?? Comparer<T>.Default), unfinishedTasks) { }

    private static HeapStore<T> Fill(IEnumerable<T>? items, IComparer<T> comparer)
    {
        var store = new HeapStore<T>(comparer);
        if (items is not null) store.Heapify([.. items]);
        return store;
    }
}
