using System;
using System.Collections.Generic;
using System.Threading;
using Patchy.Linking;

namespace Patchy.Queues;

/// <summary>
/// A queue, first in, first out, that also counts what is not done yet: who gets an item calls <see cref="TaskDone"/> when it is through with it, and <see cref="Join()"/>
/// waits for all. The counterpart of gevent.queue.Queue, which gevent also calls JoinableQueue (the name Queue&lt;T&gt; is taken by System.Collections.Generic).
/// </summary>
/// <typeparam name="T">Type of the items.</typeparam>
public class JoinableQueue<T> : SimpleQueue<T>
{
    private readonly LinkList _joiners = new();

    /// <summary>An empty queue, or one with <paramref name="items"/> in it.</summary>
    /// <param name="maxSize">How many items fit in before puts have to wait; null, 0 and negative numbers mean any number. The items given here are let in even if they are more.</param>
    /// <param name="items">The items that it begins with.</param>
    /// <param name="unfinishedTasks">How many tasks are not done yet; null or 0 is the number of the items.</param>
    public JoinableQueue(int? maxSize = null, IEnumerable<T>? items = null, int? unfinishedTasks = null) : base(maxSize, items) => Begin(unfinishedTasks);

    private protected JoinableQueue(int? maxSize, ItemStore<T> store, int? unfinishedTasks) : base(maxSize, store) => Begin(unfinishedTasks);

    /// <summary>Items that were put and not yet reported as done. The counterpart of gevent's <c>unfinished_tasks</c>. May be called from any thread.</summary>
    public int UnfinishedTasks
    {
        get
        {
            Latch.Enter();
            int unfinished = Unfinished;
            Latch.Exit();
            return unfinished;
        }
    }

    /// <summary>One item that was got is done with. Never waits. The counterpart of gevent's <c>task_done()</c>. May be called from any thread.</summary>
    /// <exception cref="InvalidOperationException">Called more often than items were put.</exception>
    public void TaskDone()
    {
        LinkChain woken = default;
        Latch.Enter();
        bool tooOften = Unfinished <= 0;
        if (!tooOften && --Unfinished == 0) TasksDone(ref woken);
        Latch.Exit();
        woken.Resume();
        if (tooOften)
            throw new InvalidOperationException($"TaskDone was called more often than items were put into {this}. Call it once for each item that was got, after its work.");
    }

    /// <summary>Waits until each item that was put is done with. True as soon as that was so once, even if more items were put since. The counterpart of gevent's <c>join()</c>. May be called from any thread.</summary>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while items are not done.</exception>
    public void Join() => Join(Deadline.Never, mayWait: true);

    /// <summary>As <see cref="Join()"/>, but at most for the given time; false when it passed first. Zero does not wait. The counterpart of gevent's <c>join(timeout)</c>. May be called from any thread.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while items are not done.</exception>
    public bool Join(TimeSpan timeout)
    {
        Deadline deadline = TimeLimit.From(timeout);
        return Join(deadline, mayWait: timeout != TimeSpan.Zero);
    }

    /// <summary>As <see cref="Join()"/>, but raises that timeout when its time has passed first. It is started unless it runs already, and cancelled at the end. The counterpart of a <c>gevent.Timeout</c> as <c>timeout=</c>. Only on a greenlet, or on a native thread, which gets a hub of its own.</summary>
    /// <exception cref="GreenletTimeout">It was time.</exception>
    public void Join(GreenletTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        TimeLimit.Start(timeout);
        try
        {
            Join();
        }
        finally
        {
            timeout.Cancel();
        }
    }

    private protected sealed override void TasksDone(ref LinkChain woken)
    {
        if (Unfinished != 0) return;
        while (_joiners.TakeFirst() is { } link) woken.TryClaim(link);
    }

    private void Begin(int? unfinishedTasks)
    {
        if (unfinishedTasks is not { } tasks) return;
        ArgumentOutOfRangeException.ThrowIfNegative(tasks, nameof(unfinishedTasks));
        if (tasks > 0) Unfinished = tasks;
    }

    private bool Join(Deadline deadline, bool mayWait)
    {
        Link? link = null;
        while (true)
        {
            Latch.Enter();
            bool done = Unfinished == 0;
            if (!done && link is not null) _joiners.Append(link);
            Latch.Exit();
            if (done || !mayWait) return done;
            if (link is null)
            {
                link = LinkWait.ForCaller(new ApiWait("the tasks", this));
                continue;
            }
            ParkResult result;
            try
            {
                result = LinkWait.Park(link, deadline);
            }
            catch (ThreadInterruptedException)
            {
                Unlink(link);
                throw;
            }
            if (result == ParkResult.Woken) return true;
            Unlink(link);
            LinkWait.RaiseIfInterrupted(link, result);
            if (result == ParkResult.TimedOut) return false;
            link = null; // nothing was raised: again
        }
    }

    private void Unlink(Link link)
    {
        Latch.Enter();
        _joiners.Remove(link);
        Latch.Exit();
    }
}
