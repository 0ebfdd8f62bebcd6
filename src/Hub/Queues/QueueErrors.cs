using System;

namespace Patchy.Queues;

/// <summary>What the queues say when they cannot do what they are asked for.</summary>
internal static class QueueErrors
{
    public static Exception CannotPut(object queue, QueueOutcome outcome, TimeSpan? timeout) =>
        outcome == QueueOutcome.ShutDown ? ShutDown(queue)
        : new QueueFullException($"{queue} had no place for the item {InTime(timeout)}. Get items from it, wait longer, or make it larger.");

    public static Exception CannotGet(object queue, QueueOutcome outcome, TimeSpan? timeout) =>
        outcome == QueueOutcome.ShutDown ? ShutDown(queue)
        : new QueueEmptyException($"{queue} had no item {InTime(timeout)}. Put items in, or wait longer.");

    public static QueueShutDownException ShutDown(object queue) =>
        new($"{queue} has been shut down: nothing can be put any more, and no items are left to get. Do not use it after Shutdown, or leave the loop when this exception comes.");

    private static string InTime(TimeSpan? timeout) =>
        Hub.IsLoopHere ? "now, and in a callback of the hub nothing can wait"
        : timeout is not { } time || time == TimeSpan.Zero ? "now"
        : $"within {time.TotalSeconds} s";
}
