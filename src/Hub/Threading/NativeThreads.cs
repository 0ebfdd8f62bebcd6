using System;
using System.Threading;

namespace Patchy.Threading;

/// <summary>Starts threads that must stay native whatever is patched: the hub's own.</summary>
internal static class NativeThreads
{
    [ThreadStatic] private static bool t_starting;

    /// <summary>True while <see cref="Start"/> runs on this thread: the replacement of Thread.StartCore passes through.</summary>
    public static bool IsStarting => t_starting;

    /// <summary>Thread.Start as it is without Patchy, and without the caller's ExecutionContext.</summary>
    public static void Start(Thread thread)
    {
        bool before = t_starting;
        t_starting = true;
        try
        {
            thread.UnsafeStart();
        }
        finally
        {
            t_starting = before;
        }
    }

    /// <summary>The inner half of Thread.Start: the argument and the context that the outer half has stored stay (UnsafeStart would reset them).</summary>
    public static unsafe void StartPrepared(Thread thread)
    {
        bool before = t_starting;
        t_starting = true;
        try
        {
            CooperativeThread.StartOriginal(thread);
        }
        finally
        {
            t_starting = before;
        }
    }
}
