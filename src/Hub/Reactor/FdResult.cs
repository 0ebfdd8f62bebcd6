namespace Patchy.Reactor;

/// <summary>How a wait for a descriptor ended.</summary>
internal enum FdResult
{
    /// <summary>Ready, or in error or hung up: try the call, it will say.</summary>
    Ready,
    TimedOut,

    /// <summary>As <see cref="ParkResult.Interrupted"/>.</summary>
    Interrupted,

    /// <summary>Somebody is closing the descriptor (<see cref="FdWait.Forget"/>): do not touch it again, its number may be reused.</summary>
    Closed,

    /// <summary>The kernel cannot poll this descriptor (a regular file, EPERM): it never blocks for readiness.</summary>
    Unpollable,

    /// <summary>The kernel does not watch it now (ENOMEM, or ENOSPC: fs.epoll.max_user_watches), or cannot at all: no event will come, look again soon.</summary>
    Refused,
}
