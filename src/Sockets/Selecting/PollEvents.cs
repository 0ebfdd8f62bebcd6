using System;

namespace Patchy.Selecting;

/// <summary>What to look for, and what was found: the bits of poll(2). The counterpart of <c>select.POLLIN</c> and its like.</summary>
[Flags]
public enum PollEvents
{
    /// <summary>Nothing but what is always reported: an error, a hang-up, and what is not open.</summary>
    None = 0,

    /// <summary>It can be read, or is at its end. POLLIN.</summary>
    Read = 1,

    /// <summary>Out-of-band data. POLLPRI, which gevent's <c>poll</c> ignores.</summary>
    Priority = 2,

    /// <summary>It can be written. POLLOUT.</summary>
    Write = 4,

    /// <summary>It is in error, or the reader of a pipe has gone; found only. POLLERR.</summary>
    Error = 8,

    /// <summary>The other end has gone; found only. POLLHUP.</summary>
    HangUp = 16,

    /// <summary>It is not open, or was closed meanwhile; found only. POLLNVAL.</summary>
    Invalid = 32,
}
