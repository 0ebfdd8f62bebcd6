using System;
using System.Threading;

namespace Patchy.Threading;

/// <summary>Waits for a real lock in the runtime itself, on a kernel thread of the greenlet's own: for owners that the hub cannot observe.</summary>
internal static class LockEscape
{
    /// <summary>
    /// False when no place is free, or when the wait was broken off for what is pending with the greenlet: nothing was done, and the caller raises it. What <paramref name="wait"/> throws, and a
    /// Thread.Interrupt that came past Patchy, come out as exceptions.
    /// </summary>
    public static bool TryRun<TState, TResult>(Greenlet greenlet, TState state, Func<TState, TResult> wait, out TResult result)
    {
        try
        {
            return Escape.TryRun(EscapePool.Lock, state, wait, out result);
        }
        catch (ThreadInterruptedException) when (greenlet.NativeInterrupt.WasSent)
        {
            result = default!;
            return false;
        }
    }
}
