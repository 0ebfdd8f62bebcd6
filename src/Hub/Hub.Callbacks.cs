using System;
using System.Runtime.CompilerServices;
using System.Threading;
using Patchy.Scheduling;

namespace Patchy;

// Protocol of callbacks.
//  1. A callback has a place in the run queue as a greenlet has: one FIFO for both (gevent: one deque of callbacks a loop, and a greenlet's switch is one).
//     What a callback queues runs in the same pass.
//  2. Nobody switches to a callback: the switch finds no fiber for it and goes to the loop, which runs all callbacks that are first in the queue, then
//     switches to the greenlet behind them. It polls on the way only when the turn is over.
//  3. Another thread's callback gets its place when the loop delivers the inbox.

public sealed partial class Hub
{
    private static readonly ContextCallback s_call = static place => ((CallbackGreenlet)place!).Call();

    private readonly CallbackPool _callbacks;

    /// <summary>
    /// Has the hub itself call <paramref name="callback"/> soon, in its turn among the ready greenlets; returns at once. There is no greenlet in a
    /// callback: what would have to wait throws <see cref="BlockingSwitchOutException"/>; spawning, setting, releasing and every call that need not wait
    /// work. An exception is reported as that of a greenlet is, and the hub goes on. The counterpart of gevent's <c>loop.run_callback</c>. Only on the
    /// hub's carrier: in its greenlets and callbacks.
    /// </summary>
    /// <exception cref="InvalidThreadUseException">Called on another thread: use <see cref="RunCallbackThreadSafe"/> there.</exception>
    public void RunCallback(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (t_loopOf != this && Greenlet.OfThisThread?.Hub != this)
            throw new InvalidThreadUseException($"RunCallback was called on a thread that does not belong to {this}. Use RunCallbackThreadSafe there: it may be called from any thread.");
        RunCallback(static state => ((Action)state!)(), callback);
    }

    /// <summary>As <see cref="RunCallback(Action)"/>. The counterpart of gevent's <c>loop.run_callback_threadsafe</c>. May be called from any thread.</summary>
    /// <exception cref="HubDestroyedException">The hub is no more.</exception>
    public void RunCallbackThreadSafe(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (CurrentOrNull != this) ThrowIfClosing();
        RunCallback(static state => ((Action)state!)(), callback);
    }

    /// <summary>May be called from any thread: the hub's loop calls <paramref name="callback"/> soon. On the carrier it takes its place among the ready greenlets at once.</summary>
    internal void RunCallback(Action<object?> callback, object? state)
    {
        if (t_loopOf == this)
        {
            Ready.Enqueue(_callbacks.Rent(callback, state));
            return;
        }
        Greenlet? self = Greenlet.Running;
        bool entered = self is not null && self.Hold.HasEntered;
        if (self is null || self.Hub != this || !(entered || self.Hold.TryEnter()))
        {
            Inbox.Post(new CallbackNode(callback, state));
            return;
        }
        Ready.Enqueue(_callbacks.Rent(callback, state));
        if (!entered) self.Hold.Leave();
    }

    /// <summary>
    /// May be called from any thread, where a greenlet of this hub has ended: calls <paramref name="call"/> as gevent calls a raw link, a callback later, so that those that were ready before
    /// run before it. On another thread, and when the hub is being destroyed and may drop its callbacks: at once.
    /// </summary>
    internal void CallAsLink(Action<object?> call, object? state)
    {
        if (Volatile.Read(ref _life) == Running && OfThisThreadOrNull() == this) RunCallback(call, state);
        else call(state);
    }

    /// <summary>Only on the loop: runs the callbacks that are first in the queue, each in a context of its own that begins as <paramref name="context"/>, until a greenlet is first or the turn is over.</summary>
    [MethodImpl(HotPath.CompiledOnce)]
    internal void RunCallbacks(ExecutionContext context)
    {
        while (Ready.First is CallbackGreenlet callback && MayGoOn())
        {
            Ready.Dequeue();
            object? state = callback.State;
            try
            {
                ExecutionContext.Run(context, s_call, callback); // what it sets there ends with it
            }
            catch (Exception exception)
            {
                HubErrors.ReportCallback(this, state, exception);
            }
        }
    }

    /// <summary>Only on the loop: the place of a callback is free.</summary>
    internal void GiveBack(CallbackGreenlet place) => _callbacks.Return(place);

    private sealed class CallbackNode(Action<object?> callback, object? state) : InboxNode
    {
        internal override void Deliver(Hub hub) => hub.Ready.Enqueue(hub._callbacks.Rent(callback, state));
    }
}
