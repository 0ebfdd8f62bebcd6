using System;

namespace Patchy;

/// <summary>Who may hold how many kernel threads at once: separate bounds, so that a lock wait cannot starve the owner's own escape.</summary>
internal enum EscapePool
{
    /// <summary>Name resolution, files, natives that really block.</summary>
    Blocking,

    /// <summary>Waits on real locks whose owner is no greenlet of this hub. At most one waiter an object escapes.</summary>
    Lock,
}

/// <summary>
/// Runs a call that really blocks on a kernel thread of the greenlet's own, with its identity (Thread, thread statics, lock ownership)
/// unchanged, while the hub goes on.
/// </summary>
internal static class Escape
{
    /// <summary>Only on a running greenlet; called anywhere else it just runs <paramref name="call"/>. Waits (parked) for a place when the pool is full. Exceptions of the call come out.</summary>
    public static TResult Run<TState, TResult>(EscapePool pool, TState state, Func<TState, TResult> call) => throw new NotImplementedException();

    /// <summary>As Run, but when the pool is full returns false at once instead of waiting for a place.</summary>
    public static bool TryRun<TState, TResult>(EscapePool pool, TState state, Func<TState, TResult> call, out TResult result) => throw new NotImplementedException();
}
