using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace Patchy;

/// <summary>A green thread with a result. The counterpart of gevent.Greenlet with its <c>value</c>. Give it a body, or derive from it and override <see cref="Run"/>.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
public class Greenlet<T> : Greenlet
{
    private Func<T>? _function;
    private T? _value;

    /// <summary>A greenlet of the calling thread's hub that runs <paramref name="body"/> once it is started. May be called from any thread: a native thread gets a hub of its own.</summary>
    public Greenlet(Func<T> body) : this(Hub.ForThisThread(), body) { }

    /// <summary>For classes that override <see cref="Run"/>. May be called from any thread: a native thread gets a hub of its own.</summary>
    protected Greenlet() { }

    internal Greenlet(Hub hub, Func<T> function) : base(hub)
    {
        ArgumentNullException.ThrowIfNull(function, "body");
        _function = function;
    }

    /// <summary>The result; the default value as long as it has not ended successfully. May be called from any thread.</summary>
    public T? Value => Ready ? _value : default;

    /// <summary>Waits until it has ended, then gives its result or raises its error; killed by <see cref="GreenletExit"/>, the default value. The counterpart of gevent's <c>get()</c>. May be called from any thread.</summary>
    /// <exception cref="InvalidOperationException">Called by the greenlet itself.</exception>
    public new T Get()
    {
        base.Get();
        return _value!;
    }

    /// <summary>As the other; <paramref name="block"/> false does not wait.</summary>
    /// <exception cref="GreenletTimeout">It has not ended.</exception>
    public new T Get(bool block)
    {
        base.Get(block);
        return _value!;
    }

    /// <summary>As the other, but waits at most for the given time.</summary>
    /// <exception cref="GreenletTimeout">The time passed first.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Negative, and not infinite.</exception>
    public new T Get(TimeSpan timeout)
    {
        base.Get(timeout);
        return _value!;
    }

    /// <summary>As the other; the timeout is started when it is not pending, and cancelled in the end.</summary>
    /// <exception cref="GreenletTimeout">That one, or its own exception.</exception>
    public new T Get(GreenletTimeout timeout)
    {
        base.Get(timeout);
        return _value!;
    }

    /// <summary>A task that ends as this greenlet does: with its result, or with its error; killed by <see cref="GreenletExit"/>, with the default value. May be called from any thread.</summary>
    public new Task<T> AsTask() => TaskLink<T>.For(this, static greenlet => ((Greenlet<T>)greenlet)._value!);

    /// <summary>Lets async code <c>await</c> this greenlet. May be called from any thread.</summary>
    public new TaskAwaiter<T> GetAwaiter() => AsTask().GetAwaiter();

    /// <summary>What the greenlet does; its own stack runs it. The base class calls the body that was given, if there is one.</summary>
    protected new virtual T Run() => _function is null ? default! : _function();

    private protected override void Invoke() => _value = Run();

    private protected override void ForgetBody()
    {
        base.ForgetBody();
        _function = null;
    }
}
