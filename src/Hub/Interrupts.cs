using System;

namespace Patchy;

/// <summary>What may end a wait from outside, other than its own wake or deadline.</summary>
[Flags]
internal enum Interrupts
{
    None = 0,

    /// <summary>Greenlet.Kill.</summary>
    Kill = 1,

    /// <summary>A <see cref="GreenletTimeout"/> that is due.</summary>
    Timeout = 2,

    /// <summary>Thread.Interrupt: only where the BCL's own call could be interrupted (waits, Sleep, Join, Monitor.Enter), not at sockets.</summary>
    ThreadInterrupt = 4,

    /// <summary>An exception for this greenlet alone, raised once: an error that goes to the main greenlet, a LoopExit.</summary>
    Thrown = 8,

    /// <summary>What gevent would raise.</summary>
    Injected = Kill | Timeout | Thrown,

    All = Injected | ThreadInterrupt,
}
