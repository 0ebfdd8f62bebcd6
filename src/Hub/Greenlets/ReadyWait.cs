using System;
using System.Collections.Generic;
using Patchy.Linking;
using Patchy.Scheduling;
using Patchy.Threading;

namespace Patchy;

// Protocol.
//  1. OnReady is linked to each object; whoever makes one ready calls it, on any thread. It notes the object and takes the consumer's link under the latch, and
//     wakes that outside of it.
//  2. The consumer puts a link there under the latch, and only while nothing is noted. It alone takes the notes.

/// <summary>One wait for several objects. It needs no hub of its own: objects that Patchy makes call it directly.</summary>
internal sealed class ReadyWait : IReadyListener, IApiWait
{
    private readonly Queue<ILinkable> _ready = new();
    private readonly Action<ILinkable> _callback;
    private SpinLatch _latch;
    private Link? _consumer;

    private ReadyWait(bool endsByApiOnly)
    {
        _callback = OnReady;
        EndsByApiOnly = endsByApiOnly;
    }

    /// <summary>False when one of them is of a class of the user's own.</summary>
    public bool EndsByApiOnly { get; }

    /// <summary>Those that become ready in time, in that order.</summary>
    public static List<T> Take<T>(IEnumerable<T> objects, Deadline deadline, int count) where T : ILinkable
    {
        T[] all = ToArray(objects);
        if (count >= all.Length && typeof(Greenlet).IsAssignableFrom(typeof(T))) return EndWait.Take(all, deadline);
        var ready = new List<T>();
        foreach (T one in Each(all, deadline, count)) ready.Add(one);
        return ready;
    }

    public static IEnumerable<T> Each<T>(IEnumerable<T> objects, TimeSpan timeout, int count) where T : ILinkable
    {
        foreach (T one in Each(objects, Deadline.In(timeout), count)) yield return one;
    }

    private static IEnumerable<T> Each<T>(IEnumerable<T> objects, Deadline deadline, int count) where T : ILinkable
    {
        T[] all = ToArray(objects);
        count = Math.Min(count, all.Length);
        if (count == 0) yield break;
        var wait = new ReadyWait(Array.TrueForAll(all, static one => LoopExitWatch.IsOfApi(one)));
        int linked = 0;
        try
        {
            for (; linked < all.Length; linked++) all[linked].RawLink(wait._callback);
            while (count-- > 0 && wait.TryNext(deadline, out ILinkable? next)) yield return (T)next!;
        }
        finally
        {
            while (linked > 0) all[--linked].Unlink(wait._callback);
        }
    }

    private static T[] ToArray<T>(IEnumerable<T> objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        T[] all = objects as T[] ?? [.. objects];
        foreach (T one in all)
            if (one is null) throw new ArgumentException("One of the objects to wait for is null.", nameof(objects));
        return all;
    }

    private bool TryNext(Deadline deadline, out ILinkable? next)
    {
        while (!TryTake(out next))
        {
            if (deadline.HasPassed) return false;
            Link link = LinkWait.ForCaller(this);
            if (!TryOffer(link)) continue;
            ParkResult result = ParkResult.Interrupted;
            try
            {
                result = LinkWait.Park(link, deadline);
            }
            finally
            {
                if (result != ParkResult.Woken) Withdraw();
            }
            LinkWait.RaiseIfInterrupted(link, result);
        }
        return true;
    }

    private void OnReady(ILinkable source)
    {
        _latch.Enter();
        _ready.Enqueue(source);
        Link? consumer = _consumer;
        _consumer = null;
        _latch.Exit();
        consumer?.Wake();
    }

    private bool TryTake(out ILinkable? next)
    {
        _latch.Enter();
        bool any = _ready.TryDequeue(out next);
        _latch.Exit();
        return any;
    }

    private bool TryOffer(Link link)
    {
        _latch.Enter();
        bool empty = _ready.Count == 0;
        if (empty) _consumer = link;
        _latch.Exit();
        return empty;
    }

    private void Withdraw()
    {
        _latch.Enter();
        _consumer = null;
        _latch.Exit();
    }

    public override string ToString() => "several objects to be ready";
}
