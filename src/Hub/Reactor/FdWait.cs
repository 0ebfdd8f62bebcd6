using System;

namespace Patchy.Reactor;

/// <summary>Waiting for descriptors in the hub's own reactor.</summary>
internal static class FdWait
{
    /// <summary>
    /// Only on a running greenlet: parks until <paramref name="fd"/> is ready in that direction. The registration survives between waits
    /// (edge-triggered): the caller must have tried the call and seen EAGAIN before it waits. Several greenlets may wait for the same fd and direction;
    /// all are woken. Never throws.
    /// </summary>
    public static FdResult Wait(int fd, FdInterest interest, Deadline deadline) => throw new NotImplementedException();

    /// <summary>
    /// May be called from any thread, before the fd is closed: every waiter on every hub wakes with <see cref="FdResult.Closed"/>, and the
    /// registrations are dropped, so that a reuse of the number cannot meet them.
    /// </summary>
    public static void Forget(int fd) => throw new NotImplementedException();

    /// <summary>May be called from any thread: makes the waiters of one fd try again (after shutdown(2), for instance).</summary>
    public static void Recheck(int fd) => throw new NotImplementedException();
}
