using System;
using System.Threading;

namespace Patchy.Threading;

/// <summary>Waits for a real lock in the runtime itself, on a kernel thread of the greenlet's own: for owners that the hub cannot observe.</summary>
internal static class LockEscape
{
    /// <summary>
    /// False when no place is free, or when the wait was broken off for something that may not be raised here: nothing was done. Kill, timeout and
    /// Thread.Interrupt come out as exceptions.
    /// </summary>
    public static bool TryRun<TState, TResult>(Greenlet greenlet, TState state, Func<TState, TResult> wait, out TResult result, bool forMonitor = false)
    {
        try
        {
            return Escape.TryRun(EscapePool.Lock, state, wait, out result);
        }
        catch (ThreadInterruptedException) when (greenlet.HasPending)
        {
            // The native wait was broken off for what the hub has to raise; an Interrupt of the user's own has nothing pending.
            bool withheld = forMonitor && LockCaller.IsFrameworks();
            greenlet.RaisePending(withheld ? Interrupts.ThreadInterrupt : Interrupts.All);
            if (!withheld) throw;
            result = default!;
            return false;
        }
    }
}
