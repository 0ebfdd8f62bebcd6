using System;
using System.Threading;

namespace Patchy;

/// <summary>A green thread.</summary>
public class Greenlet
{
    /// <summary>
    /// The greenlet whose code runs on a carrier right now on this thread; null on native threads, on an escape, in the hub itself and in a
    /// region that must not switch. This is the first statement of every replacement: null means call the original.
    /// </summary>
    internal static Greenlet? Running => throw new NotImplementedException();

    /// <summary>The hub of this greenlet.</summary>
    internal Hub Hub => throw new NotImplementedException();

    /// <summary>The CLR thread of this greenlet.</summary>
    internal Thread Thread => throw new NotImplementedException();

    /// <summary>The managed thread id of this greenlet: what the runtime writes into locks.</summary>
    internal int ManagedThreadId => throw new NotImplementedException();

    /// <summary>Only on the greenlet itself, after a wait ended as Interrupted: throws the kill, timeout or ThreadInterruptedException.</summary>
    internal void RaisePending() => throw new NotImplementedException();

    /// <summary>True when a kill, timeout or interrupt is waiting to be raised at the next interruptible wait.</summary>
    internal bool HasPending => throw new NotImplementedException();

    /// <summary>The greenlet of the given hub that has this managed thread id, or null: for finding the owner of a lock.</summary>
    internal static Greenlet? FindByManagedThreadId(int id) => throw new NotImplementedException();
}
