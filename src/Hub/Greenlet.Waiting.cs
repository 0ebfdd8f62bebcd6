using System;
using System.Collections.Generic;
using System.Threading;

namespace Patchy;

public partial class Greenlet
{
    /// <summary>Lets the other ready greenlets run, then goes on. The counterpart of <c>gevent.sleep(0)</c>. A native thread gets a hub of its own.</summary>
    public static void Yield()
    {
        Greenlet self = Hub.RunningHere();
        Hub.Yield(self);
        self.RaisePending(Interrupts.Injected);
    }

    /// <summary>Parks for the given time; others run. The counterpart of <c>gevent.sleep</c>. A native thread gets a hub of its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    public static void Sleep(TimeSpan time)
    {
        _ = Checked(time);
        Greenlet self = Hub.RunningHere();
        if (time == TimeSpan.Zero) Hub.Yield(self);
        else _ = Hub.Sleep(Deadline.In(time));
        self.RaisePending(Interrupts.All);
    }

    /// <summary>Waits until it has ended; its error is not raised here. The counterpart of gevent's <c>join()</c>. May be called from any thread.</summary>
    /// <exception cref="InvalidOperationException">Called by the greenlet itself.</exception>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub, and it has not ended.</exception>
    public void Join() => WaitForEnd(Deadline.Never);

    /// <summary>Waits until it has ended, at most for the given time. True when it has. May be called from any thread.</summary>
    /// <exception cref="InvalidOperationException">Called by the greenlet itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public bool Join(TimeSpan timeout) => WaitForEnd(Deadline.In(Checked(timeout)));

    /// <summary>As the other; the timeout is started when it is not pending, and cancelled in the end. False when it was that timeout that fired.</summary>
    public bool Join(GreenletTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        return timeout.Guard(this, static greenlet => greenlet.Join());
    }

    /// <summary>Waits until it has ended and raises its error, if any. The counterpart of gevent's <c>get()</c>. May be called from any thread.</summary>
    /// <exception cref="InvalidOperationException">Called by the greenlet itself.</exception>
    public void Get()
    {
        Join();
        _failure?.Throw();
    }

    /// <summary>As the other; <paramref name="block"/> false does not wait.</summary>
    /// <exception cref="GreenletTimeout">It has not ended.</exception>
    public void Get(bool block)
    {
        if (!block && !_ended) throw new GreenletTimeout(null, $"{Name} has not ended, and the caller does not want to wait.");
        Get();
    }

    /// <summary>As the other, but waits at most for the given time.</summary>
    /// <exception cref="GreenletTimeout">The time passed first.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public void Get(TimeSpan timeout)
    {
        if (!Join(timeout)) throw new GreenletTimeout(timeout);
        _failure?.Throw();
    }

    /// <summary>As the other; the timeout is started when it is not pending, and cancelled in the end.</summary>
    /// <exception cref="GreenletTimeout">That one, or its own exception.</exception>
    public void Get(GreenletTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        timeout.Bound(this, static greenlet => greenlet.Get());
    }

    /// <summary>Waits until each of them has ended; gives them in the order in which they ended. The counterpart of <c>gevent.joinall</c>. May be called from any thread.</summary>
    public static IReadOnlyList<Greenlet> JoinAll(params Greenlet[] greenlets) => Wait<Greenlet>(greenlets);

    /// <inheritdoc cref="JoinAll(Greenlet[])"/>
    public static IReadOnlyList<Greenlet> JoinAll(IEnumerable<Greenlet> greenlets) => Wait(greenlets);

    /// <summary>As the other; <paramref name="raiseError"/> raises the error of the first that fails, and leaves the others running.</summary>
    public static IReadOnlyList<Greenlet> JoinAll(IEnumerable<Greenlet> greenlets, bool raiseError) => JoinAll(greenlets, Timeout.InfiniteTimeSpan, raiseError, null);

    /// <summary>As the other, at most for the given time in total: gives those that have ended in time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public static IReadOnlyList<Greenlet> JoinAll(IEnumerable<Greenlet> greenlets, TimeSpan timeout) => Wait(greenlets, timeout);

    /// <summary>
    /// Waits until <paramref name="count"/> of them (null: all) have ended, at most for the given time in total; gives those that have, in the order in which they
    /// ended. One that is there twice is given twice. May be called from any thread.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative count, or a negative time that is not infinite.</exception>
    public static IReadOnlyList<Greenlet> JoinAll(IEnumerable<Greenlet> greenlets, TimeSpan timeout, bool raiseError, int? count) =>
        Collect(ReadyWait.Each(NotNull(greenlets), Checked(timeout), Checked(count)), raiseError, []);

    /// <summary>As the other; the timeout is started when it is not pending, and cancelled in the end.</summary>
    public static IReadOnlyList<Greenlet> JoinAll(IEnumerable<Greenlet> greenlets, GreenletTimeout timeout) => Wait(greenlets, timeout);

    /// <summary>As the other; the timeout is started when it is not pending, and cancelled in the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative count.</exception>
    public static IReadOnlyList<Greenlet> JoinAll(IEnumerable<Greenlet> greenlets, GreenletTimeout timeout, bool raiseError, int? count)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        IEnumerable<Greenlet> ends = ReadyWait.Each(NotNull(greenlets), Timeout.InfiniteTimeSpan, Checked(count));
        var done = new List<Greenlet>();
        timeout.Guard((ends, raiseError, done), static all => Collect(all.ends, all.raiseError, all.done));
        return done;
    }

    /// <summary>
    /// Waits until the objects are ready; gives them in the order in which they became so. One that is there twice is given twice. The counterpart of <c>gevent.wait</c>; for
    /// "until nothing is left to do" see Hub.Join. May be called from any thread.
    /// </summary>
    public static IReadOnlyList<T> Wait<T>(IEnumerable<T> objects) where T : ILinkable => ReadyWait.Take(objects, Deadline.Never, int.MaxValue);

    /// <summary>As the other, until so many of the objects are ready.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative count.</exception>
    public static IReadOnlyList<T> Wait<T>(IEnumerable<T> objects, int count) where T : ILinkable => ReadyWait.Take(objects, Deadline.Never, Checked(count));

    /// <summary>As the other, at most for the given time: gives those that became ready in time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public static IReadOnlyList<T> Wait<T>(IEnumerable<T> objects, TimeSpan timeout) where T : ILinkable =>
        ReadyWait.Take(objects, Deadline.In(Checked(timeout)), int.MaxValue);

    /// <summary>As the other, until so many of the objects are ready.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative count, or a negative time that is not infinite.</exception>
    public static IReadOnlyList<T> Wait<T>(IEnumerable<T> objects, TimeSpan timeout, int count) where T : ILinkable =>
        ReadyWait.Take(objects, Deadline.In(Checked(timeout)), Checked(count));

    /// <summary>As the other; the timeout is started when it is not pending, and cancelled in the end.</summary>
    public static IReadOnlyList<T> Wait<T>(IEnumerable<T> objects, GreenletTimeout timeout) where T : ILinkable => Wait(objects, timeout, int.MaxValue);

    /// <summary>As the other, until so many of the objects are ready.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative count.</exception>
    public static IReadOnlyList<T> Wait<T>(IEnumerable<T> objects, GreenletTimeout timeout, int count) where T : ILinkable
    {
        ArgumentNullException.ThrowIfNull(timeout);
        IEnumerable<T> each = ReadyWait.Each(NotNull(objects), Timeout.InfiniteTimeSpan, Checked(count));
        var ready = new List<T>();
        timeout.Guard((each, ready), static all =>
        {
            foreach (T one in all.each) all.ready.Add(one);
        });
        return ready;
    }

    /// <summary>As <see cref="Wait{T}(IEnumerable{T})"/>, but gives each object as soon as it is ready: it waits in <c>foreach</c>. The counterpart of <c>gevent.iwait</c>. May be called from any thread.</summary>
    public static IEnumerable<T> IWait<T>(IEnumerable<T> objects) where T : ILinkable => ReadyWait.Each(NotNull(objects), Timeout.InfiniteTimeSpan, int.MaxValue);

    /// <summary>As the other; ends when so many objects were given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative count.</exception>
    public static IEnumerable<T> IWait<T>(IEnumerable<T> objects, int count) where T : ILinkable =>
        ReadyWait.Each(NotNull(objects), Timeout.InfiniteTimeSpan, Checked(count));

    /// <summary>As the other; ends when the given time, counted from the start of the enumeration, has passed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public static IEnumerable<T> IWait<T>(IEnumerable<T> objects, TimeSpan timeout) where T : ILinkable => ReadyWait.Each(NotNull(objects), Checked(timeout), int.MaxValue);

    /// <summary>As the other; ends also when so many objects were given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative count, or a negative time that is not infinite.</exception>
    public static IEnumerable<T> IWait<T>(IEnumerable<T> objects, TimeSpan timeout, int count) where T : ILinkable =>
        ReadyWait.Each(NotNull(objects), Checked(timeout), Checked(count));

    private static List<Greenlet> Collect(IEnumerable<Greenlet> ends, bool raiseError, List<Greenlet> done)
    {
        foreach (Greenlet greenlet in ends)
        {
            if (raiseError) greenlet._failure?.Throw();
            done.Add(greenlet);
        }
        return done;
    }

    private static IEnumerable<T> NotNull<T>(IEnumerable<T> objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        return objects;
    }

    internal static TimeSpan Checked(TimeSpan time) =>
        time >= TimeSpan.Zero || time == Timeout.InfiniteTimeSpan
            ? time
            : throw new ArgumentOutOfRangeException(nameof(time), time, "The time must not be negative, except for Timeout.InfiniteTimeSpan.");

    private static int Checked(int? count) =>
        count is null ? int.MaxValue
        : count >= 0 ? count.Value
        : throw new ArgumentOutOfRangeException(nameof(count), count, "The number of objects to wait for must not be negative.");
}
