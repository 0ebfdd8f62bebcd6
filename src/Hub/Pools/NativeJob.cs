using System;
using System.Threading;

namespace Patchy.Pools;

/// <summary>One piece of work of a pool of native threads.</summary>
internal abstract class NativeJob(ExecutionContext? context)
{
    /// <summary>The hub that it was handed in on, if any: errors are reported there.</summary>
    public Hub? Hub { get; } = Hub.CurrentOrNull;

    /// <summary>Link of the queue of those that no thread was free for.</summary>
    internal NativeJob? Next;

    /// <summary>It has a place among those that may be outstanding (see <see cref="NativeThreadPool.Spawn{T}"/>), to be given back.</summary>
    public bool HasPlace { get; init; }

    /// <summary>On the worker, first: runs the work in the context of whoever has handed it in, and keeps the outcome. Never throws.</summary>
    public void Run()
    {
        if (context is null) Execute();
        else ExecutionContext.Run(context, static job => ((NativeJob)job!).Execute(), this);
    }

    /// <summary>On the worker, once the pool has counted the job as finished: tells those who wait for it. Returns the error, if there was one.</summary>
    public abstract Exception? Deliver();

    /// <summary>Never throws.</summary>
    protected abstract void Execute();
}
