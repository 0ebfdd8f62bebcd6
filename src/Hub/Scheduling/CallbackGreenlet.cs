using System;

namespace Patchy.Scheduling;

/// <summary>
/// A callback's place in the run queue. It is no greenlet that runs: it never has a fiber, so that whoever would switch to it goes to the loop, which
/// calls it. That way the switch between greenlets pays nothing for callbacks.
/// </summary>
internal sealed class CallbackGreenlet(Hub hub) : Greenlet(hub, context: null)
{
    private Action<object?>? _callback;
    private object? _state;

    /// <summary>What the callback is called with: it says whose callback this is.</summary>
    public object? State => _state;

    public void Put(Action<object?> callback, object? state)
    {
        _callback = callback;
        _state = state;
    }

    /// <summary>Only on the loop, after it has left the queue: from here on it may be used again.</summary>
    public void Call()
    {
        Action<object?> callback = _callback!;
        object? state = _state;
        _callback = null;
        _state = null;
        Hub.GiveBack(this);
        callback(state);
    }
}
