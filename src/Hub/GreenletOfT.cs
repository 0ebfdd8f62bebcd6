using System;
using System.Threading;

namespace Patchy;

/// <summary>A green thread with a result. The counterpart of gevent.Greenlet with its <c>value</c>.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
public sealed class Greenlet<T> : Greenlet
{
    private readonly Func<T> _function;

    internal Greenlet(Hub hub, Func<T> function) : base(hub, ExecutionContext.Capture()) => _function = function;

    /// <summary>The result; the default value as long as it has not ended successfully. May be called from any thread.</summary>
    public T? Value { get; private set; }

    /// <summary>Waits until it has ended, then gives its result or raises its error; killed by <see cref="GreenletExit"/>, the default value. May be called from any thread.</summary>
    public new T Get()
    {
        base.Get();
        return Value!;
    }

    private protected override void Invoke() => Value = _function();
}
