using System;
using System.Threading;

namespace Patchy.Pools;

/// <summary>Work with a result.</summary>
internal abstract class NativeJob<T>(Func<T> work) : NativeJob(ExecutionContext.Capture())
{
    private T? _value;
    private Exception? _error;

    public override Exception? Deliver()
    {
        Deliver(_value, _error);
        return _error;
    }

    public override string ToString() => $"Work of a native thread, {work.Method.DeclaringType?.Name}.{work.Method.Name},";

    protected abstract void Deliver(T? value, Exception? error);

    protected override void Execute()
    {
        try
        {
            _value = work();
        }
#pragma warning disable CA1031 // whatever the work throws is its outcome: it is raised where somebody waits for it
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _error = exception;
        }
    }
}
