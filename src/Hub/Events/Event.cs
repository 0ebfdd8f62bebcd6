using System;
using Patchy.Linking;

namespace Patchy.Events;

/// <summary>
/// A flag that greenlets and native threads wait for: <see cref="Set"/> wakes all of them, in the order in which they came. The counterpart of
/// gevent.event.Event. Unlike there it may be shared by threads and hubs, and belongs to none.
/// </summary>
public sealed class Event : ICallbackOwner
{
    private readonly NotifyingFlag _flag;

    /// <summary>An event that is clear.</summary>
    public Event() => _flag = new NotifyingFlag(this);

    /// <summary>True while it is set. The counterpart of gevent's <c>is_set()</c>. May be called from any thread.</summary>
    public bool IsSet => _flag.IsSet;

    /// <summary>As <see cref="IsSet"/>. May be called from any thread.</summary>
    public bool Ready => _flag.IsSet;

    /// <summary>How many waits and callbacks are linked to it. May be called from any thread.</summary>
    public int LinkCount => _flag.LinkCount;

    /// <summary>Sets the flag and makes all who wait ready, first come first; never switches: they run once the caller waits. May be called from any thread.</summary>
    public void Set() => _flag.Set();

    /// <summary>Clears the flag. Those who waited when it was set go on all the same. May be called from any thread.</summary>
    public void Clear() => _flag.Clear();

    /// <summary>
    /// Waits until the flag is set. Returns at once when it is; only while greenlets that have waited longer are still on their way does the caller take its
    /// turn behind them. May be called from any thread.
    /// </summary>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while the flag was clear.</exception>
    public void Wait() => _flag.Wait(Deadline.Never);

    /// <summary>
    /// As the other, at most for the given time; zero only looks. True when the flag was set at some time during the wait, even if it was cleared again
    /// before the caller could go on; false when the time passed first. May be called from any thread.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    /// <exception cref="BlockingSwitchOutException">Called in a callback of the hub while the flag was clear.</exception>
    public bool Wait(TimeSpan timeout) => _flag.Wait(TimeLimit.From(timeout));

    /// <summary>
    /// As the other, with a timeout of the caller's own, which is started when it does not run yet: false when that one came first. It is over afterwards. Only
    /// on a greenlet.
    /// </summary>
    public bool Wait(GreenletTimeout timeout) => TimeLimit.Run(timeout, _flag, static flag => flag.Wait(Deadline.Never));

    /// <inheritdoc/>
    public void RawLink(Action<ILinkable> callback) => _flag.RawLink(callback);

    /// <inheritdoc/>
    public void Unlink(Action<ILinkable> callback) => _flag.Unlink(callback);

    /// <inheritdoc/>
    public override string ToString() => $"event ({(IsSet ? "set" : "clear")}, {LinkCount} linked)";

    bool ICallbackOwner.TryBegin(OwnedCallback callback) => _flag.TryBegin(callback);
}
