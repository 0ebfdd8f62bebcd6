using System;

namespace Patchy.Pools;

/// <summary>Work with a callback for its result; a greenlet that was killed, or has failed, calls nobody back.</summary>
internal sealed class Applied<T>(Func<T> work, Action<T>? callback)
{
    private bool _isDone;

    /// <summary>On the greenlet.</summary>
    public T Work()
    {
        T result = work();
        _isDone = true;
        return result;
    }

    /// <summary>In the hub, once the greenlet has ended.</summary>
    public void OnEnd(ILinkable ended)
    {
        if (!_isDone || callback is null) return;
        T result = ((Greenlet<T>)ended).Value!;
        Greenlet.Spawn(() => callback(result));
    }
}
