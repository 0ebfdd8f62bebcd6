using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Patchy.Linking;

namespace Patchy;

public sealed partial class Hub
{
    private List<Waiter>? _idle;
    private Waiter? _draining;

    /// <summary>
    /// The hub of the calling thread; made when there is none: the code of that thread is its main greenlet then, and the hub runs while that code waits
    /// in Patchy. Also answers in a callback of the hub. The counterpart of <c>gevent.get_hub()</c>. May be called from any thread.
    /// </summary>
    public static Hub Current => ForThisThread();

    /// <summary>The hub of the calling thread, or null: none is made. The counterpart of gevent's <c>get_hub_if_exists</c>. May be called from any thread.</summary>
    public static Hub? CurrentOrNull => OfThisThreadOrNull();

    /// <summary>A name for diagnostics; says which thread it belongs to unless set. The counterpart of gevent's <c>hub.name</c>. May be used from any thread.</summary>
    public string Name { get; set; }

    /// <summary>The greenlet that stands for the code of the hub's thread itself. The counterpart of gevent's <c>hub.parent</c>. May be called from any thread.</summary>
    public Greenlet Main { get; }

    /// <summary>Runs <paramref name="body"/> on a new greenlet of this hub, soon; returns at once. May be called from any thread: so work reaches a hub from outside.</summary>
    /// <exception cref="HubDestroyedException">The hub is no more.</exception>
    public Greenlet Spawn(Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return new Greenlet(this, body).StartNew();
    }

    /// <summary>As <see cref="Spawn(Action)"/>, for a body with a result. May be called from any thread.</summary>
    /// <exception cref="HubDestroyedException">The hub is no more.</exception>
    public Greenlet<T> Spawn<T>(Func<T> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var greenlet = new Greenlet<T>(this, body);
        greenlet.StartNew();
        return greenlet;
    }

    /// <summary>
    /// Runs blocking code on a greenlet of this hub, for callers of the async world. The task ends as the body does: with its result, with its exception (which is not printed), or
    /// canceled when it was killed or let an <see cref="OperationCanceledException"/> through. What awaits the task goes on where it was, never on the hub's carrier. May be
    /// called from any thread.
    /// </summary>
    /// <exception cref="HubDestroyedException">The hub is no more.</exception>
    public Task<T> RunAsync<T>(Func<T> body) => RunAsync(body, CancellationToken.None);

    /// <summary>As <see cref="RunAsync{T}(Func{T})"/>; cancelling the token kills the greenlet where it waits, and the task is canceled once it has ended. May be called from any thread.</summary>
    /// <exception cref="HubDestroyedException">The hub is no more.</exception>
    public Task<T> RunAsync<T>(Func<T> body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled<T>(cancellationToken) : new AsyncRun<T>(body, cancellationToken).StartOn(this);
    }

    /// <summary>As <see cref="RunAsync{T}(Func{T})"/>, without a result. May be called from any thread.</summary>
    /// <exception cref="HubDestroyedException">The hub is no more.</exception>
    public Task RunAsync(Action body) => RunAsync(body, CancellationToken.None);

    /// <summary>As <see cref="RunAsync{T}(Func{T}, CancellationToken)"/>, without a result. May be called from any thread.</summary>
    /// <exception cref="HubDestroyedException">The hub is no more.</exception>
    public Task RunAsync(Action body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync<object?>(() => { body(); return null; }, cancellationToken);
    }

    /// <summary>
    /// Waits until the hub of the calling thread has nothing else to do at the moment: no greenlet or callback is ready, no timer due, no descriptor ready. The counterpart of
    /// <c>gevent.idle()</c>. Only on a greenlet or on a thread that can have a hub.
    /// </summary>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub.</exception>
    public static void Idle()
    {
        Greenlet self = RunningHere();
        Hub hub = self.Hub;
        var waiter = new Waiter(self, "its hub to be idle");
        hub.Enter(self);
        (hub._idle ??= []).Add(waiter);
        self.Hold.Leave();
        if (waiter.Park(Deadline.Never) == ParkResult.Woken) return;
        hub.Enter(self);
        hub._idle.Remove(waiter);
        self.Hold.Leave();
        self.RaisePending();
    }

    /// <summary>
    /// Runs the hub until it has nothing left to do by itself: no greenlet or callback is ready, no timer runs, nobody waits for a descriptor and no call that blocks is
    /// under way. Greenlets that wait for something only others could give (an event, a queue) do not count; they stay parked. True then, false when the time is over first; it may be called again. The
    /// counterpart of gevent's <c>hub.join()</c>. Only in the main greenlet.
    /// </summary>
    /// <param name="timeout">How long at most; null and <see cref="Timeout.InfiniteTimeSpan"/> are for ever.</param>
    /// <exception cref="InvalidOperationException">Called elsewhere than in the main greenlet of this hub.</exception>
    public bool Join(TimeSpan? timeout = null)
    {
        Greenlet self = RunningHere();
        if (self != Main)
            throw new InvalidOperationException($"Hub.Join is only possible in the main greenlet of {this}: any other greenlet would wait for itself.");
        Deadline deadline = timeout is { } time ? Deadline.Checked(time, nameof(timeout)) : Deadline.Never;
        var waiter = new Waiter(self, "its hub to be drained");
        Enter(self);
        _draining = waiter;
        self.Hold.Leave();
        ParkResult result = waiter.Park(deadline);
        Enter(self);
        _draining = null;
        self.Hold.Leave();
        if (result == ParkResult.Interrupted) self.RaisePending();
        return result == ParkResult.Woken;
    }

    /// <summary>Only on the loop, when nothing is ready: true when somebody waited for just that, or something has come in; do not sleep then.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    internal bool RouseIdle()
    {
        if (_idle is not { Count: > 0 } && _draining is null) return false;
        Reactor.Poll(0);
        if (!Ready.IsEmpty || !Inbox.IsEmpty || Attachments.HasWork || Timers.NextDue <= Deadline.Now) return true;
        if (_idle is { Count: > 0 } idle)
        {
            foreach (Waiter waiter in idle) waiter.Wake();
            idle.Clear();
            return true;
        }
        if (_draining is not { } main || !IsDrained(main.HeapIndex >= 0 ? 1 : 0)) return false;
        _draining = null;
        return main.Wake();
    }

    /// <summary>Only on the loop: nothing goes on by itself. A timer or two may be known not to count.</summary>
    internal bool IsDrained(int timersThatDoNotCount) =>
        Ready.IsEmpty && Inbox.IsEmpty && Timers.Count == timersThatDoNotCount && !Reactor.HasWaiters() && GreenletTable.Find(this, static greenlet => greenlet.IsOffCarrier) is null;
}
